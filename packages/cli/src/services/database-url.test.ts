import { describe, expect, test } from 'vitest';
import { parseDatabaseUrl } from './database-url.ts';

describe('a database URL', () => {
  test('becomes libpq variables', () => {
    expect(parseDatabaseUrl('postgres://me:p%40ss@db.example:6432/my%20db?sslmode=require&schema=public')).toEqual({
      variables: {
        PGUSER: 'me',
        PGPASSWORD: 'p@ss',
        PGHOST: 'db.example',
        PGPORT: '6432',
        PGDATABASE: 'my db',
        PGSSLMODE: 'require',
      },
    });
  });
  test('may name several hosts, an IPv6 address, a socket folder', () => {
    expect(parseDatabaseUrl('postgresql://h1:1,h2/db')).toEqual({
      variables: { PGHOST: 'h1,h2', PGPORT: '1,5432', PGDATABASE: 'db' },
    });
    expect(parseDatabaseUrl('postgresql://[::1]:5/db')).toEqual({
      variables: { PGHOST: '::1', PGPORT: '5', PGDATABASE: 'db' },
    });
    expect(parseDatabaseUrl('postgresql:///db?host=/run/x')).toEqual({
      variables: { PGHOST: '/run/x', PGDATABASE: 'db' },
    });
  });
  test('of SQLAlchemy loses the name of its driver', () => {
    expect(parseDatabaseUrl('postgresql+psycopg2://u@h/d')).toEqual({
      variables: { PGUSER: 'u', PGHOST: 'h', PGDATABASE: 'd' },
    });
  });
  test.each([
    'host=h user=u password=SEKRET',
    'mysql://u:SEKRET@h/d',
    'postgres://u:SEK@RET@h/d',
    'postgres://u:SEK/RET@h/d',
    'postgres://u:SEK:RET@h/d',
    'postgres://u:SEK%ZZRET@h/d',
    'postgres://u:SEK#RET@h/d',
    'postgres://u:SEK?RET@h/d',
    'postgres://u:SEK RET@h/d',
    'postgres://u:SEKRET@h:x/d',
    'postgres://u:SEKRET@h:99999/d',
    'postgres://u:SEKRET@h/d?SEKRET-x=1',
    'postgres://u:SEKRET@h/d%00',
  ])('that programs read differently is refused without a piece of it: %s', (url) => {
    const parsed = parseDatabaseUrl(url);
    expect(parsed).toHaveProperty('problem');
    expect(JSON.stringify(parsed)).not.toMatch(/SEK|RET/);
  });
});
