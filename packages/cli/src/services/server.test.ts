import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OptionName } from '../options/options.ts';
import { resolveSettings } from '../options/resolve.ts';
import type { Environment } from '../options/sources.ts';
import { createServer } from './server.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cli-server-'));
  writeFileSync(
    join(folder, 'services'),
    '# ours\n[other]\nhost=no\n[shop]\nhost=s-host\ndbname=s-db\nsslmode=require\n\n[last]\nhost=x\n',
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

function variables(environment: Environment, flags: Partial<Record<OptionName, string[]>> = {}) {
  const given = new Map(Object.entries(flags)) as Map<OptionName, string[]>;
  return createServer(resolveSettings({ command: 'backup', environment, flags: given }), environment).env;
}

describe('what a client program sees', () => {
  test('are libpq variables, made from those of the original scripts', () => {
    const env = variables({
      PG_HOST: 'h',
      PG_PORT: '1',
      PG_USER: 'u',
      PG_DB: 'd',
      PG_PASSWORD: 'p',
      PGSSLMODE: 'require',
    });
    expect(env).toMatchObject({
      PGHOST: 'h',
      PGPORT: '1',
      PGUSER: 'u',
      PGDATABASE: 'd',
      PGPASSWORD: 'p',
      PGSSLMODE: 'require',
    });
    expect(env).toMatchObject({ LC_ALL: 'C', PGCONNECT_TIMEOUT: '10' });
  });

  test('is an allow-list: no secret of ours, nothing that changes a dump', () => {
    const secrets = {
      MINIO_SECRET_KEY: 's',
      AWS_SECRET_ACCESS_KEY: 's',
      BACKUP_PASSPHRASE: 's',
      PG_PASSWORD_FILE: '',
      NODE_OPTIONS: 's',
    };
    const changes = {
      PGCLIENTENCODING: 'LATIN1',
      PGDATESTYLE: 'German',
      PGTZ: 'UTC',
      LC_ALL: 'de_DE.UTF-8',
      LANG: 'de_DE.UTF-8',
    };
    const env = variables({ ...secrets, ...changes, PATH: '/bin', HOME: '/h', KRB5CCNAME: 'k' });
    expect(env).toEqual({
      PATH: '/bin',
      HOME: '/h',
      KRB5CCNAME: 'k',
      LC_ALL: 'C',
      PGAPPNAME: 'postgres-backuper',
      PGCONNECT_TIMEOUT: '10',
    });
  });
});

describe('who wins', () => {
  const url = { DATABASE_URL: 'postgres://u-user@u-host/u-db' };
  test('a flag over a URL, a URL over variables', () => {
    expect(variables({ ...url, PG_HOST: 'v', PGUSER: 'v' }, { dbname: ['f-db'] })).toMatchObject({
      PGHOST: 'u-host',
      PGUSER: 'u-user',
      PGDATABASE: 'f-db',
    });
  });

  test('an address that was meant for another host is not used with a URL', () => {
    expect(variables({ ...url, PGHOSTADDR: '10.0.0.1' }).PGHOSTADDR).toBe('');
  });

  test('a service over PGDATABASE, as in libpq, but not over PG_DB; libpq does not see it again', () => {
    const service = { PGSERVICE: 'shop', PGSERVICEFILE: join(folder, 'services') };
    expect(variables({ ...service, PGDATABASE: 'v' })).toMatchObject({
      PGHOST: 's-host',
      PGDATABASE: 's-db',
      PGSSLMODE: 'require',
    });
    expect(variables({ ...service, PG_DB: 'v' }).PGDATABASE).toBe('v');
    expect(variables(service)).not.toHaveProperty('PGSERVICE');
  });
});

test.each<[Environment, RegExp]>([
  [{ PGSERVICE: 'missing', PGSERVICEFILE: '/no/file' }, /PGSERVICE names 'missing', which is in none of \/no\/file/],
  [{ PG_HOST: 'h:5432' }, /PG_HOST holds a port/],
  [{ PG_PORT: 'abc' }, /PG_PORT: 'abc' is not a port/],
  [{ PGDATABASE: 'postgresql://h/d' }, /PGDATABASE holds a URL/],
  [
    { DATABASE_URL: 'postgres://h/d?sslmode=no-verify' },
    /DATABASE_URL has 'sslmode', which is 'no-verify', not a mode of libpq: 'require' encrypts without verifying, 'verify-full' verifies/,
  ],
  [{ DATABASE_URL: 'postgres://h/d?ssl=no-verify' }, /'no-verify', not a mode of libpq/],
  [{ PGSSLMODE: 'on' }, /PGSSLMODE is not a mode of libpq/],
  [{ DATABASE_URL: 'postgres://h/d?sslrootcert=/no/ca.pem' }, /'sslrootcert', which names a file that does not exist/],
  [{ PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/no/ca.pem' }, /PGSSLROOTCERT names a file that does not exist/],
])('%j is refused', (environment, message) => {
  expect(() => variables(environment)).toThrow(message);
});

test('a file that libpq does without is not missed', () => {
  const unused = { PGSSLMODE: 'require', PGSSLROOTCERT: '/no/ca.pem', PGSSLCERT: '/no/client.crt' };
  expect(variables(unused)).toMatchObject(unused);
  expect(variables({ PGSSLMODE: 'verify-full', PGSSLROOTCERT: 'system' }).PGSSLROOTCERT).toBe('system');
});
