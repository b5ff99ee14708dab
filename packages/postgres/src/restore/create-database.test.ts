import type { DatabaseProperties } from '@postgres-backuper/format';
import { describe, expect, it } from 'vitest';
import { settingStatement } from '../database/database-properties.ts';
import { textOf } from '../session/sql.ts';
import { createStatement } from './create-database.ts';

const properties = {
  owner: 'o"wner',
  encoding: 'UTF8',
  collate: 'en_US.UTF-8',
  ctype: 'C',
  localeProvider: 'libc',
  locale: null,
  icuRules: null,
  tablespace: 'pg_default',
} as DatabaseProperties;
const statement = (serverMajor: number, change: Partial<DatabaseProperties> = {}, owner = false) =>
  textOf(
    createStatement({
      ...{ name: 'a "b"', properties: { ...properties, ...change }, owner, serverMajor, label: 'l' },
      tablespaces: owner,
    }),
  );

describe('createStatement', () => {
  it('names no provider to servers that know none', () => {
    expect(statement(14)).toBe(
      `CREATE DATABASE "a ""b""" TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'en_US.UTF-8' LC_CTYPE 'C'`,
    );
  });

  it('names the provider and its locale to newer ones', () => {
    expect(statement(18)).toMatch(/LOCALE_PROVIDER libc$/);
    const icu = { localeProvider: 'icu' as const, locale: 'de-DE', icuRules: '&a < b' };
    expect(statement(15, icu)).toMatch(/LOCALE_PROVIDER icu ICU_LOCALE 'de-DE'$/);
    expect(statement(16, icu)).toMatch(/ICU_LOCALE 'de-DE' ICU_RULES '&a < b'$/);
    expect(statement(17, { localeProvider: 'builtin', locale: 'C.UTF-8' })).toMatch(
      /builtin BUILTIN_LOCALE 'C.UTF-8'$/,
    );
  });

  it('gives it to the owner when asked', () => {
    expect(statement(14, {}, true)).toContain('OWNER "o""wner"');
    expect(statement(14)).not.toContain('OWNER');
  });
});

describe('createStatement with tablespaces', () => {
  it('names any but the default, which would need a right', () => {
    expect(statement(14, { tablespace: 'fa"st' }, true)).toContain('TABLESPACE "fa""st"');
    expect(statement(14, { tablespace: 'fast' })).not.toContain('TABLESPACE');
    expect(statement(14, {}, true)).not.toContain('TABLESPACE');
  });
});

describe('settingStatement', () => {
  const setting = (...given: Parameters<typeof settingStatement>) => textOf(settingStatement(...given));

  it('goes to the new name, for everybody or for one role', () => {
    expect(setting('n', null, "x.y=it's = here")).toBe(`ALTER DATABASE "n" SET "x.y" TO 'it''s = here'`);
    expect(setting('n', 'r', 'a=1')).toBe(`ALTER ROLE "r" IN DATABASE "n" SET "a" TO '1'`);
  });

  it('keeps the names of a list apart', () => {
    expect(setting('n', null, 'search_path="$user", public, "a, ""b"""')).toBe(
      `ALTER DATABASE "n" SET "search_path" TO '$user', 'public', 'a, "b"'`,
    );
    expect(setting('n', null, 'search_path=')).toBe(`ALTER DATABASE "n" SET "search_path" TO ''`);
  });
});
