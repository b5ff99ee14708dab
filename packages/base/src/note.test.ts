import { expect, test } from 'vitest';
import { NOTE_MAX, noteProblem } from './note.ts';

test('a note is one line of any script', () => {
  for (const note of [
    'before 2.0',
    'Ünïcödé ≠ ASCII',
    'до обновления',
    'לפני',
    '👩‍💻 ⚠️',
    "'`|<b>$(x)",
    'x'.repeat(NOTE_MAX),
  ])
    expect(noteProblem(note)).toBeUndefined();
  expect(noteProblem('😀'.repeat(NOTE_MAX))).toBeUndefined();
});

test.each([
  ['', 'nothing'],
  [' \u00a0\u200b', 'nothing'],
  ['a\nb', 'control'],
  ['a\x1b[31m', 'control'],
  ['a\x85b', 'control'],
  ['a\u2028b', 'control'],
  ['a\ud800', 'control'],
  ['x'.repeat(NOTE_MAX + 1), 'has 201 characters'],
])('%j is no note', (note, problem) => {
  expect(noteProblem(note)).toContain(problem);
});
