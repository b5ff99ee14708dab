import { expect, test } from 'vitest';
import { fileEntry } from './command-file.ts';
import { plainLines, workflowCommand } from './workflow-command.ts';

test('data keeps its line breaks, a property keeps its colons and commas, and both their percent signs', () => {
  expect(workflowCommand('error', '100%\n::b', { title: 'a: b, c%0A' })).toBe(
    '::error title=a%3A b%2C c%250A::100%25%0A: :b\n',
  );
});

test.each([
  ['::error::x', ': :error::x\n'],
  ['  ::error::x', '  : :error::x\n'],
  ['\u00a0::add-mask::x', '\u00a0: :add-mask::x\n'],
  ['a ##[group]x', 'a # #[group]x\n'],
  ['a::error::b', 'a::error::b\n'],
  ['a\r::error::b\u001b[31m', 'a\\x0d::error::b\\x1b[31m\n'],
  ['two\n::error::lines\n', 'two\n: :error::lines\n'],
])('%j is a line that is shown and not obeyed', (text, shown) => {
  expect(plainLines(text)).toBe(shown);
});

test('the older form of a command does not live on in data', () => {
  expect(workflowCommand('warning', 'a ##[error]b')).toBe('::warning::a # #[error]b\n');
});

test('a value for later steps cannot end itself: nobody knows its delimiter', () => {
  const [first, second] = [fileEntry('a', 'x\nEOF'), fileEntry('a', 'x\nEOF')];
  expect(first).toMatch(/^a<<(end_[0-9a-f]{32})\nx\nEOF\n\1\n$/);
  expect(first).not.toBe(second);
  expect(() => fileEntry('a', 'x\nend\nb', 'end')).toThrow('delimiter');
});
