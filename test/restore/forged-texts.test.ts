import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { toBackuperError } from '@postgres-backuper/base';
import { restore, verify } from '@postgres-backuper/core';
import { catalogName, dataKey } from '@postgres-backuper/format';
import { createOpenPgpCipher, generateKeyPair } from '@postgres-backuper/openpgp';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgeCatalogText } from './forge-text.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

describe('a catalog whose texts somebody else wrote', () => {
  let postgres: Postgres;
  let place: Place;
  let label: string;
  let original: Record<string, unknown>;
  let encrypting: Awaited<ReturnType<typeof createOpenPgpCipher>>;
  beforeAll(async () => {
    postgres = await startPostgres({ major: 18 });
    const keys = await generateKeyPair({ passphrase: 'x', now: Date.now() });
    encrypting = await createOpenPgpCipher({ publicKeys: [keys.publicKey], now: Date.now() });
    const cipher = await createOpenPgpCipher({
      ...{ publicKeys: [keys.publicKey], privateKeys: [keys.privateKey], privateKeyPassphrase: 'x', now: Date.now() },
    });
    place = await createPlace({ cipher, encryption: 'openpgp' });
    await postgres.psql(`CREATE DATABASE tiny LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' TEMPLATE template0`);
    await postgres.psql(
      `CREATE TABLE t AS SELECT 1 AS i; COMMENT ON DATABASE tiny IS 'c'; GRANT CONNECT ON DATABASE tiny TO pg_monitor;
       ALTER DATABASE tiny SET "my.setting" = 'x'; ALTER ROLE postgres IN DATABASE tiny SET search_path = a, b`,
      'tiny',
    );
    label = await makeBackup(postgres, { dbname: 'tiny' }, place);
    await forge((text) => {
      original = JSON.parse(text) as typeof original;
      return text;
    });
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  const forge = (change: (text: string) => string) =>
    forgeCatalogText({ name: 'tiny', label }, { place, cipher: encrypting, change });
  const made = () => join(place.directory, 'made');
  /** Closes either kind of quotes, and is a command where psql sees none. */
  const payload = () =>
    `libc; CREATE ROLE made SUPERUSER;\n\\! touch ${made()}\n\\unrestrict \`touch ${made()}\`\n` +
    `'; CREATE ROLE made SUPERUSER; --\n"; CREATE ROLE made SUPERUSER; --\n`;
  const nothingRan = async () => {
    await expect(access(made())).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await postgres.psql("SELECT count(*) FROM pg_roles WHERE rolname = 'made'")).toBe('0');
    expect(await postgres.psql("SELECT count(*) FROM pg_database WHERE datname LIKE 'pgbackuper%'")).toBe('0');
  };
  const drill = { where: 'given', maintenanceDatabases: ['postgres'], jobs: 1 } as const;
  /** By its label: what failed a verification is no `latest` any more. */
  const request = () => ({ name: 'tiny', target: { label }, maintenanceDatabases: ['postgres'], jobs: 1 });
  const services = () => ({ server: serverOf(postgres, 'postgres'), repository: place.repository });
  const ways = {
    restore: () =>
      restore({ ...request(), into: 'brought', owner: true, privileges: true }, services(), place.context()),
    'verify --level restore': () =>
      verify({ name: 'tiny', target: { label }, level: 'restore', drill }, services(), place.context()),
  };
  type Way = keyof typeof ways;
  const outcome = async (way: Way) => {
    const error = await ways[way]().then(() => undefined, toBackuperError);
    await postgres.psql('DROP DATABASE IF EXISTS brought');
    return error;
  };

  it('is a restore like any other where nothing was changed', async () => {
    expect(await outcome('restore')).toBeUndefined();
    expect(await outcome('verify --level restore')).toBeUndefined();
  });

  it.each<Way>(['restore', 'verify --level restore'])('ends %s when its locale provider is a command', async (way) => {
    const database = { ...(original.database as object), localeProvider: payload() };
    await forge(() => JSON.stringify({ ...original, database }));
    const error = await outcome(way);
    expect(error).toMatchObject({ exitStatus: 3 });
    const said = JSON.stringify([error?.message, error?.result]);
    expect(said).toContain(dataKey({ name: 'tiny', label }, catalogName(true)));
    await nothingRan();
  });

  it('runs nothing, whichever text is a command: what is no name and no prose is refused', async () => {
    for (const path of textFields(original).filter(isNoRepetition)) {
      await forge(() => JSON.stringify(changed(original, path, payload())));
      for (const way of Object.keys(ways) as Way[]) {
        const error = await outcome(way);
        const where = `${path.join('.')} by ${way}: ${error?.message}`;
        const isWhole = error === undefined || error.code === 'restore-incomplete'; // names of roles that are not here
        expect(isWhole ? FREE.test(path.join('.')) : [2, 3].includes(error.exitStatus), where).toBe(true);
        await nothingRan();
      }
    }
  });

  it.each([
    ['a setting', 'settings', () => [{ role: null, values: [`my.setting=${payload()}`, `search_path=${payload()}`] }]],
    ['a grant', 'acl', () => [`=c/postgres`, `"${payload().replaceAll('"', '""')}"=c/postgres`]],
  ])('runs nothing behind the right beginning of %s', async (_, field, value) => {
    await forge(() =>
      JSON.stringify({ ...original, database: { ...(original.database as object), [field]: value() } }),
    );
    await outcome('restore');
    await nothingRan();
  });
});

/** Names and prose: what names nothing here is left out, said to be missing, or only shown. */
const FREE =
  /^(database\.(name|owner|tablespace|comment|settings\.\d\.role)|extensions\.\d\.name|roles\.\d\.name|tables\.\d\.(schema|table)|serverSettings\.\d\.(value|file)|hbaRules\.\d\.(databases\.\d|users\.\d|address|netmask|options\.\d))$/;

/** Of the settings and rules of the server, which nothing restores, the first few; there are dozens. */
function isNoRepetition([list, index]: readonly string[]): boolean {
  return !['serverSettings', 'hbaRules'].includes(list ?? '') || Number(index) < 2;
}

function textFields(value: unknown, path: string[] = []): string[][] {
  if (typeof value === 'string') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => textFields(member, [...path, key]));
}

function changed(value: object, path: readonly string[], text: string): object {
  const copy = structuredClone(value);
  const parent = path.slice(0, -1).reduce<object>((object, key) => (object as Record<string, object>)[key] ?? {}, copy);
  Object.assign(parent, { [path.at(-1) ?? '']: text });
  return copy;
}
