import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isBackuperError } from '@postgres-backuper/base';
import {
  exportBackup,
  planRestore,
  type RestoreResult,
  restore,
  type VerifiedBackup,
  type VerifyResult,
  verify,
} from '@postgres-backuper/core';
import { createOpenPgpCipher } from '@postgres-backuper/openpgp';
import { type Postgres, run, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBackup } from '../../packages/core/src/restore/opened-backup.ts';
import type { RestoreRequest } from '../../packages/core/src/restore.ts';
import { factsOfRoles } from '../cluster.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

const NOTHING = { schemas: [], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: [] };
const given = { where: 'given', maintenanceDatabases: ['postgres'], jobs: 2 } as const;

/** Files of `cases`, as they are run; README.md there says where the others are. Their kinds are tried on all majors elsewhere. */
describe.each(testMajors().slice(-1))('a public report on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    const settings = { allow_in_place_tablespaces: 'on' };
    // a backup that is not encrypted has no passwords
    const cipher = await createOpenPgpCipher({ publicKeys: [], passphrase: 'of the backup', now: Date.now() });
    const kept = createPlace({ cipher, encryption: 'openpgp' });
    [postgres, place] = await Promise.all([startPostgres({ major, settings }), kept]);
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  const textOf = (file: string) => readFile(join(import.meta.dirname, 'cases', file), 'utf8');
  /** Makes the database of a case. */
  const made = async (name: string, file: string) => {
    await postgres.createDatabase(name, 'TEMPLATE template0');
    await postgres.psql(await textOf(file), name);
  };
  const backedUp = async (dbname: string, selection: object = {}) => {
    const label = await makeBackup(postgres, { dbname, selection: { ...NOTHING, ...selection } }, place);
    const { catalog } = await openBackup({ name: dbname, target: { label } }, place.repository, place.context());
    return catalog;
  };
  const asked = (name: string, request: Partial<RestoreRequest> = {}) => ({
    ...({ name, target: { latest: true }, into: `${name} copy`, maintenanceDatabases: ['postgres'], jobs: 2 } as const),
    ...{ owner: true, privileges: true, policies: true, tablespaces: true, ...request },
  });
  const services = (user?: string) => {
    const { env, ...rest } = serverOf(postgres, 'postgres');
    const as = user === undefined ? env : { ...env, PGUSER: user, PGPASSWORD: 'x' };
    return { server: { ...rest, env: as }, repository: place.repository };
  };
  const bring = async (name: string, request: Partial<RestoreRequest> = {}, user?: string) => {
    await postgres.psql(`DROP DATABASE IF EXISTS "${name} copy"`);
    const restored = restore(asked(name, request), services(user), place.context());
    const { status, result } = await ended<RestoreResult>(restored);
    const lacks = (result?.objects ?? []).map(({ object, lack }) => `${object}: ${lack}`).sort();
    return { status, lacks, rows: (result?.tables ?? []).map(({ table, rows }) => `${table} ${rows}`) };
  };
  const drilled = async (name: string, drill: object = given): Promise<Partial<VerifiedBackup>> => {
    const request = { name, target: { latest: true }, level: 'restore', drill: { ...given, ...drill } } as const;
    const { result } = await ended<VerifyResult>(verify(request, services(), place.context()));
    return result?.backups[0] ?? {};
  };

  it.each([
    [{ schemas: ['public'] }, ['a 1'], ['VIEW public v: missing']],
    [{ schemas: ['sales'] }, ['b 1'], []],
    [{ tables: ['sales.b'] }, ['b 1'], []],
    [{ excludeSchemas: ['sales'] }, ['a 1'], ['VIEW public v: missing']],
  ])('partial.sql: %j comes back, or the backup told what it lacks', async (selection, rows, lacks) => {
    await made('partial', 'partial.sql');
    const { warnings } = await backedUp('partial', selection);
    expect(warnings).toEqual(lacks.map(() => expect.stringContaining('view public.v stands on table sales.b')));
    expect(await bring('partial')).toEqual({ status: lacks.length > 0 ? 4 : 0, rows, lacks });
    expect(await drilled('partial')).toMatchObject({ ok: true, verdict: lacks.length > 0 ? 'degraded' : 'exact' });
  });

  it('setting.sql: the plan tells of the setting, which alone is left out', async () => {
    await made('setting', 'setting.sql');
    await backedUp('setting');
    const request = { owner: false, privileges: false };
    const { findings } = await planRestore(asked('setting', request), services('app_owner'), place.context());
    expect(findings.filter(({ severity }) => severity !== 'note')).toMatchObject([
      { kind: 'setting', severity: 'missing', names: ['log_min_duration_statement'] },
    ]);
    const lacks = ['DATABASE setting copy: setting log_min_duration_statement: setting'];
    expect(await bring('setting', request, 'app_owner')).toEqual({ status: 4, rows: ['t 1000'], lacks });
    expect(await drilled('setting')).toMatchObject({ ok: true, verdict: 'exact' });
  });

  it('exclude-data-key.sql: the backup tells of the key, which is NOT VALID after a restore', async () => {
    await made('keyless', 'exclude-data-key.sql');
    const { warnings } = await backedUp('keyless', { excludeTableData: ['customers'] });
    expect(warnings).toEqual([
      expect.stringMatching(/'public.orders' .*'public.customers' .*'orders_i_fkey' is not valid/),
    ]);
    const lacks = ['FK CONSTRAINT public orders orders_i_fkey: not-valid'];
    expect(await bring('keyless')).toEqual({ status: 4, rows: ['orders 1'], lacks });
  });

  it('excludes.sql: patterns that match nothing are told, and partitions go with their table', async () => {
    await made('excludes', 'excludes.sql');
    const selection = { excludeTableData: ['Session', 'ev'], excludeSchemas: ['nope'] };
    const { warnings, exclusions, tables } = await backedUp('excludes', selection);
    expect(warnings).toEqual([
      '--exclude-schema nope matches no schema',
      '--exclude-table-data Session matches no table; did you mean public."Session"?',
    ]);
    expect(exclusions).toContain("rows of 'public.ev1'");
    expect(tables.map(({ table }) => table)).toEqual(['Session']);
  });

  it('policy-roles.sql: roles are told before anything is made, created or left out, and the drill is degraded', async () => {
    await made('policies', 'policy-roles.sql');
    await backedUp('policies');
    expect(await drilled('policies')).toMatchObject({ verdict: 'exact', notTested: [] });
    await postgres.psql('DROP DATABASE policies; DROP ROLE anon, authenticated');
    const without = { owner: false, privileges: false };
    await expect(restore(asked('policies', without), services(), place.context())).rejects.toMatchObject({
      ...{ code: 'role-missing', exitStatus: 2, message: expect.stringContaining("'authenticated'") },
      hint: expect.stringContaining('createRoles'),
    });
    expect(await postgres.psql("SELECT count(*) FROM pg_database WHERE datname = 'policies copy'")).toBe('0');
    const whole = { status: 0, rows: ['notes 5000'], lacks: [] };
    expect(await bring('policies', { ...without, policies: false })).toEqual(whole);
    expect(await postgres.psql('SELECT count(*) FROM pg_policy', 'policies copy')).toBe('0');
    expect(await drilled('policies')).toMatchObject({
      ...{ ok: true, verdict: 'degraded', notTested: ['owners and grants', 'policies and user mappings'] },
    });
    expect(await bring('policies', { createRoles: 'no-login' })).toEqual(whole);
    expect(await postgres.psql('SELECT polroles::regrole[] FROM pg_policy', 'policies copy')).toBe('{authenticated}');
    await postgres.psql('DROP DATABASE "policies copy"');
    await postgres.psql('DROP ROLE anon, authenticated');
  });

  it('acl-empty.sql: an empty list of grants stays empty', async () => {
    await made('closed', 'acl-empty.sql');
    await backedUp('closed');
    expect(await bring('closed')).toEqual({ status: 0, rows: ['t 1'], lacks: [] });
    const acl = 'SELECT datacl FROM pg_database WHERE datname';
    expect(await postgres.psql(`${acl} = 'closed copy'`)).toBe(await postgres.psql(`${acl} = 'closed'`));
  });

  it('tablespace.sql: it lies there again, or in the default one on request, and the drill says so', async () => {
    await postgres.psql(await textOf('tablespace.sql'));
    await backedUp('shop2');
    const where = () =>
      postgres.psql(
        "SELECT spcname FROM pg_tablespace t JOIN pg_database d ON d.dattablespace = t.oid WHERE datname = 'shop2 copy'",
      );
    const whole = { status: 0, rows: ['t 1000', 'u 1'], lacks: [] };
    expect(await bring('shop2')).toEqual(whole);
    expect(await where()).toBe('fast');
    expect(await drilled('shop2')).toMatchObject({ verdict: 'exact', notTested: [] });
    for (const name of ['shop2 copy', 'shop2']) await postgres.psql(`DROP DATABASE "${name}"`);
    await postgres.psql('DROP TABLESPACE fast');
    await expect(restore(asked('shop2'), services(), place.context())).rejects.toMatchObject({
      code: 'tablespace-missing',
    });
    expect(await bring('shop2', { tablespaces: false })).toEqual(whole);
    expect(await drilled('shop2')).toMatchObject({ ok: true, verdict: 'degraded', notTested: ['tablespaces'] });
  });

  /** Loads the exported `globals.sql` of a backup after its roles were dropped. */
  const loaded = async (dbname: string, drop: string) => {
    const directory = join(place.directory, `exported ${dbname}`);
    await rm(directory, { recursive: true, force: true }); // of a first try
    const request = { name: dbname, target: { latest: true } as const, directory };
    const { globals = '' } = await exportBackup(request, { repository: place.repository }, place.context());
    await postgres.psql(drop);
    const args = ['--no-psqlrc', '--quiet', `--file=${globals}`]; // other roles exist
    await run(join(postgres.binDir, 'psql'), args, { env: { ...postgres.env, PGDATABASE: 'postgres' } });
  };

  it('globals-dates.sql: instants and passwords stay what they are', async () => {
    await postgres.psql(await textOf('globals-dates.sql'));
    await backedUp('ds');
    const before = await factsOfRoles(postgres);
    await loaded('ds', 'DROP ROLE temp1, temp2');
    expect(await factsOfRoles(postgres)).toEqual(before);
    await postgres.psql('DROP ROLE temp1, temp2');
  });

  it('latin1-roles.sh: a name of a LATIN1 cluster keeps its bytes', async () => {
    const how = "TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'";
    await postgres.psql('DROP DATABASE postgres', 'template1');
    await postgres.psql(`CREATE DATABASE postgres ${how}`, 'template1');
    await postgres.psql('DROP DATABASE IF EXISTS shop'); // of a first try, with its role
    await postgres.psql('SET client_encoding = UTF8; DROP ROLE IF EXISTS "rené"');
    const commands = [...(await textOf('latin1-roles.sh')).matchAll(/ -c (?:'([^']*)'|"((?:[^"\\]|\\.)*)")/g)];
    for (const [, plain, escaped = ''] of commands.slice(1)) {
      const sql = (plain ?? escaped.replaceAll('\\"', '"')).replace(/^CREATE DATABASE shop$/, `$& ${how}`);
      await postgres.psql(`SET client_encoding = UTF8; ${sql}`);
    }
    await backedUp('shop');
    const before = await factsOfRoles(postgres);
    const bytes = "SELECT encode(namesend(rolname), 'hex') FROM pg_roles WHERE rolname LIKE 'ren%'";
    expect(await postgres.psql(bytes)).toBe('72656ee9');
    await loaded('shop', `SET client_encoding = UTF8; DROP ROLE "rené"`);
    expect(await postgres.psql(bytes)).toBe('72656ee9');
    expect(await factsOfRoles(postgres)).toEqual(before);
  });
});

async function ended<Result>(work: Promise<Result>): Promise<{ readonly status: number; readonly result?: Result }> {
  try {
    return { status: 0, result: await work };
  } catch (error) {
    if (!isBackuperError(error) || error.result === undefined) throw error;
    return { status: error.exitStatus, result: error.result as Result };
  }
}
