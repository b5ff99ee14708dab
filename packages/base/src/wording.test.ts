import { expect, test } from 'vitest';
import { type Names, say, spoken } from './wording.ts';

const names: Names = {
  option: (key, value) => `<${[key, value].filter(Boolean).join(' ')}>`,
  given: (key) => `<from ${key}>`,
  command: (name, options, words) => `<${[name, ...words].join(' ')} ${JSON.stringify(options)}>`,
};

test('a text says each option and command by the names of whoever shows it', () => {
  const text = `give ${say.option('into')} or ${say.option('encryption', 'none')}: check ${say.given('dbname')}`;
  expect(spoken(text, names)).toBe('give <into> or <encryption none>: check <from dbname>');
  expect(spoken(`run ${say.command('check')}`, names)).toBe('run <check {}>');
  expect(spoken(say.command('setup-client', { clientVersion: '17' }), names)).toBe(
    '<setup-client {"clientVersion":"17"}>',
  );
  expect(spoken(say.command('undo-swap', {}, ['app', "b'"]), names)).toBe("<undo-swap app b' {}>");
});

test('two settings of one place are named once', () => {
  const url = { ...names, given: () => 'DATABASE_URL' };
  const text = `check that it runs, ${say.given('host')} and ${say.given('port')}, or ${say.option('into')}`;
  expect(spoken(text, url)).toBe('check that it runs, DATABASE_URL, or <into>');
  expect(spoken(text, names)).toBe('check that it runs, <from host> and <from port>, or <into>');
});

test('any other text is as it was', () => {
  const text = 'no {option:into} here, nor \ufdd0 or \ufdd0option\ufdd2';
  expect(spoken(text, names)).toBe(text);
});

test('a name that no option has does not compile', () => {
  // @ts-expect-error
  expect(say.option('nowhere')).toContain('nowhere');
});
