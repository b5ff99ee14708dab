import { expect, it } from 'vitest';
import { DATABASE } from './target.test-data.ts';
import { withLocale } from './with-locale.ts';

const LIBC = { ...DATABASE, collate: 'de_DE.utf8', ctype: 'de_DE.utf8' };
const ICU = { ...LIBC, localeProvider: 'icu', locale: 'de-DE', icuRules: '&a < b' } as const;

it('stays as it was where nothing is asked', () => {
  expect(withLocale(ICU, {})).toBe(ICU);
});

it.each([
  [LIBC, { locale: 'C.UTF-8' }, { localeProvider: 'libc', collate: 'C.UTF-8', ctype: 'C.UTF-8', locale: null }],
  [LIBC, { localeProvider: 'icu' }, { localeProvider: 'icu', collate: 'C', ctype: 'C', locale: 'und' }],
  [
    LIBC,
    { localeProvider: 'icu', locale: 'de' },
    { localeProvider: 'icu', collate: 'C', locale: 'de', icuRules: null },
  ],
  [LIBC, { localeProvider: 'builtin' }, { localeProvider: 'builtin', collate: 'C', locale: 'C.UTF-8' }],
  [ICU, { locale: 'en' }, { localeProvider: 'icu', collate: 'C', locale: 'en', icuRules: null }],
  [ICU, { localeProvider: 'icu' }, { localeProvider: 'icu', collate: 'C', locale: 'de-DE', icuRules: '&a < b' }],
  [ICU, { localeProvider: 'libc' }, { localeProvider: 'libc', collate: 'de_DE.utf8', locale: null, icuRules: null }],
] as const)('%# is another one', (database, request, expected) => {
  expect(withLocale(database, request)).toMatchObject(expected);
});
