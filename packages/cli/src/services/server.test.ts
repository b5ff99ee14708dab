import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Environment, type OptionName, resolveSettings } from '@postgres-backuper/options';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

function serverOf(environment: Environment, flags: Partial<Record<OptionName, string[]>> = {}) {
  const given = new Map(Object.entries(flags)) as Map<OptionName, string[]>;
  return createServer(resolveSettings({ command: 'backup', environment, flags: given }), environment);
}

function variables(environment: Environment, flags: Partial<Record<OptionName, string[]>> = {}) {
  return serverOf(environment, flags).env;
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
  const url = { DATABASE_URL: 'postgres://u-user:u-pw@u-host/u-db' };
  test('what is nearest: a flag, an input, BACKUP_*, the names of the scripts, those that others read', () => {
    const database = (environment: Environment, flags = {}) => variables(environment, flags).PGDATABASE;
    expect(database({ ...url, PG_DB: 'p' })).toBe('p');
    expect(database({ ...url, PG_DB: 'p', BACKUP_DBNAME: 'b' })).toBe('b');
    expect(database({ BACKUP_DATABASE_URL: 'postgres://h/i', BACKUP_DBNAME: 'b' })).toBe('b');
    const input = { BACKUP_INPUT_DATABASE_URL: 'postgres://h/i', BACKUP_DBNAME: 'b' };
    expect(database(input)).toBe('i');
    expect(database(input, { dbname: ['f'] })).toBe('f');
    expect(database({ ...input, BACKUP_INPUT_DBNAME: 'd' })).toBe('d');
  });

  test('a database of its own goes to the server of a URL, with the rest of the URL', () => {
    expect(variables({ ...url, BACKUP_DBNAME: 'crm' })).toMatchObject({
      ...{ PGHOST: 'u-host', PGUSER: 'u-user', PGPASSWORD: 'u-pw', PGDATABASE: 'crm' },
    });
  });

  test('one name is as good as a list of names', () => {
    const chosen = (dbname: string) => serverOf({ ...url, BACKUP_DBNAME: dbname }).databases;
    expect([chosen('crm'), chosen('["crm"]'), chosen('["crm", "shop"]')]).toEqual([['crm'], ['crm'], ['crm', 'shop']]);
    expect(serverOf(url).databases).toEqual(['u-db']);
  });

  test.each<[Environment, string]>([
    [{ ...url, BACKUP_HOST: 'h' }, 'DATABASE_URL'],
    [{ ...url, PG_HOST: 'h' }, 'DATABASE_URL'],
    [{ PG_HOST: 'h', PGHOST: 'o', PGPORT: '6', PGUSER: 'u-user', PGPASSWORD: 'u-pw', PGDATABASE: 'u-db' }, 'PGHOST'],
    [{ PG_HOST: 'localhost', DATABASE_URL: 'postgres://u-user:u-pw@127.0.0.1:6/u-db' }, 'DATABASE_URL'],
    [{ PG_HOST: 'h', DATABASE_URL: 'mysql://u-user:u-pw@h/u-db' }, 'DATABASE_URL'],
  ])('of another server than a nearer one nothing is used, and that is said: %j', (environment, name) => {
    const { env, databases, notices } = serverOf(environment);
    expect(env.PGHOST).toBe(environment.BACKUP_HOST ?? environment.PG_HOST);
    for (const variable of ['PGPORT', 'PGUSER', 'PGPASSWORD', 'PGDATABASE']) expect(env).not.toHaveProperty(variable);
    expect(databases).toEqual([]);
    expect(notices.join()).toMatch(new RegExp(`^${name} .*is not used`));
    expect(notices.join()).not.toContain('u-pw');
  });

  test('what goes with a server that is not used is named: it has to be given again', () => {
    const environment = { BACKUP_HOST: 'new', PG_HOST: 'old', PG_PORT: '5433', PG_USER: 'u', PG_DB: 'd' };
    expect(serverOf(environment).notices.join()).toMatch(
      /^PG_HOST .* is not used, nor .* \(PG_PORT, PG_USER, PG_DB\): /,
    );
  });

  test.each([
    ['postgres://u@LOCALHOST/d', 'localhost'],
    ['postgres://u@[::1]:5432/d', '127.0.0.1'],
  ])('the same server under another name completes what is nearer: %s, %s', (DATABASE_URL, PG_HOST) => {
    expect(variables({ DATABASE_URL, PG_HOST })).toMatchObject({ PGHOST: PG_HOST, PGUSER: 'u', PGDATABASE: 'd' });
  });

  test("another user does not get the URL's password", () => {
    expect(variables({ ...url, PG_USER: 'me' })).not.toHaveProperty('PGPASSWORD');
    expect(variables({ ...url, PG_USER: 'u-user' }).PGPASSWORD).toBe('u-pw');
  });

  test.each<[Environment, RegExp]>([
    [{ ...url, PGHOST: 'h' }, /PGHOST names the server 'h', but DATABASE_URL names 'u-host': leave one of them out/],
    [{ ...url, PGDATABASE: 'd' }, /DATABASE_URL names the database 'u-db', but PGDATABASE 'd'/],
    [
      { BACKUP_DATABASE_URL: 'postgres://a:1/d', BACKUP_HOST: 'b' },
      /BACKUP_DATABASE_URL .*'a:1', but BACKUP_HOST names 'b'/,
    ],
    [
      { BACKUP_DATABASE_URL: 'postgres://a:1/d', BACKUP_PORT: '2' },
      /BACKUP_DATABASE_URL .*'a:1', but BACKUP_PORT names 'a:2'/,
    ],
  ])('neither of two: %j ends with both names', (environment, message) => {
    expect(() => variables(environment)).toThrow(message);
  });

  test('a config file is no nearer than what other programs read, too', () => {
    const file = (text: object) => {
      writeFileSync(join(folder, 'config.json'), JSON.stringify(text));
      return join(folder, 'config.json');
    };
    const BACKUP_CONFIG = file({ host: 'c', dbname: 'c-db' });
    expect(variables({ BACKUP_CONFIG, PG_DB: 'd' })).toMatchObject({ PGHOST: 'c', PGDATABASE: 'd' });
    expect(() => variables({ ...url, BACKUP_CONFIG })).toThrow(
      /"host" in the config file names the server 'c', but DATABASE_URL/,
    );
    expect(() => variables({ BACKUP_CONFIG, PGDATABASE: 'd' })).toThrow(
      /PGDATABASE names the database 'd', but "dbname" in the/,
    );
  });

  test('what decides nothing is no conflict', () => {
    const near = { BACKUP_HOST: 'h', BACKUP_DBNAME: 'd' };
    expect(variables({ ...near, ...url, PGHOST: 'o', PGDATABASE: 'x' })).toMatchObject({
      PGHOST: 'h',
      PGDATABASE: 'd',
    });
  });

  test('an address that was meant for another host is not used with a URL, nor with a nearer host', () => {
    expect(variables({ ...url, PGHOSTADDR: '10.0.0.1' }).PGHOSTADDR).toBe('');
    expect(variables({ PG_HOST: 'h', PGHOST: 'o', PGHOSTADDR: '10.0.0.1' }).PGHOSTADDR).toBe('');
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
  [{ PGSERVICE: 'missing', PGSERVICEFILE: '/no/file' }, /PGSERVICE names 'missing', which is not in any of \/no\/file/],
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
