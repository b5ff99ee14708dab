import { spawn } from 'node:child_process';
import { readdir, rename, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { BackuperError, type Event, say } from '@postgres-backuper/base';
import { restore } from '@postgres-backuper/core';
import { createOpenPgpCipher, generateKeyPair, type KeyPair } from '@postgres-backuper/openpgp';
import { dropCreated, findPrograms, newestPrograms } from '@postgres-backuper/postgres';
import {
  BACKUPER_PROGRAM,
  createSampleDatabase,
  type Postgres,
  startPostgres,
  testMajors,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RestoreRequest } from '../../packages/core/src/restore.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

const ALL = { tables: [], schemas: [], excludeTables: [], excludeSchemas: [], excludeTableData: [], schemaOnly: false };

describe.each(testMajors())('a restore that fails on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  beforeAll(async () => {
    postgres = await startPostgres({ major });
    place = await createPlace();
    await createSampleDatabase(postgres, { dbname: 'shop', megabytes: 40 });
    await makeBackup(postgres, { dbname: 'shop' }, place);
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  const bring = (request: Partial<RestoreRequest>, context = place.context(), name = 'shop') => {
    const all = { maintenanceDatabases: ['postgres', 'template1'], jobs: 3, owner: true, privileges: true };
    const asked: RestoreRequest = { name, target: { latest: true }, into: 'copy', ...all, ...request };
    return restore(asked, { server: serverOf(postgres, 'postgres'), repository: place.repository }, context);
  };
  /** A context that calls `act` at the first event of the phase. */
  const whenPhase = (phase: string, act: () => void, signal?: AbortSignal) => {
    const context = place.context(signal);
    let done = false;
    const emit = (event: Event) => {
      context.emit(event);
      if (done || event.type !== 'phase' || event.phase !== phase) return;
      done = true;
      act();
    };
    return { ...context, emit };
  };
  const leftOvers = async () => {
    const databases = await postgres.psql("SELECT datname FROM pg_database WHERE datname LIKE 'copy%'");
    const files = (await readdir(place.directory)).filter((name) => name.startsWith('restore-'));
    const sessions = await postgres.psql(
      'SELECT count(*) FROM pg_stat_activity WHERE datname IS NOT NULL AND pid <> pg_backend_pid()',
    );
    return { databases, files, sessions };
  };
  /** Sessions may end a moment after their programs. */
  const nothingIsLeft = () => expect.poll(leftOvers).toEqual({ databases: '', files: [], sessions: '0' });

  it.each(['check', 'create-database', 'pre-data', 'data', 'post-data'])(
    'is cancelled in phase %s within 5 seconds and leaves nothing',
    async (phase) => {
      const stop = new AbortController();
      let abortedAt = 0;
      const act = () => {
        abortedAt = performance.now();
        setTimeout(() => stop.abort(new BackuperError('cancelled', 'cancelled')), phase === 'data' ? 150 : 10);
      };
      const context = whenPhase(phase, act, stop.signal);
      await expect(bring({}, context)).rejects.toMatchObject({ code: 'cancelled' });
      expect(performance.now() - abortedAt).toBeLessThan(5000);
      await nothingIsLeft();
    },
  );

  it('says that the server went away in the middle of the data, and does not hang', async () => {
    const context = whenPhase('data', () => setTimeout(() => void postgres.kill9(), 100));
    const failed = await bring({ strict: true }, context).then(
      () => undefined,
      (error) => error,
    );
    await postgres.restart();
    expect(failed).toMatchObject({ code: expect.stringMatching(/^server-un/), exitStatus: 75 });
    expect(context.events.some(({ type }) => type === 'warning')).toBe(true); // it could not be dropped
    expect(
      await postgres.psql("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = 'copy'"),
    ).toMatch(/^unfinished: /);
    await postgres.psql('DROP DATABASE copy');
  });

  it('names the roles that are missing before it creates anything', async () => {
    await postgres.createRole('gone');
    await postgres.createDatabase('owned');
    await postgres.psql('CREATE TABLE t (i int); ALTER TABLE t OWNER TO gone; INSERT INTO t VALUES (1)', 'owned');
    await makeBackup(postgres, { dbname: 'owned' }, place);
    await postgres.psql('DROP DATABASE owned; ');
    await postgres.psql('DROP ROLE gone');
    await expect(bring({}, place.context(), 'owned')).rejects.toMatchObject({
      code: 'role-missing',
      message: expect.stringContaining("'gone'"),
      hint: expect.stringContaining(say.option('createRoles')),
    });
    await nothingIsLeft();
    await bring({ owner: false, privileges: false }, place.context(), 'owned');
    expect(await postgres.psql('SELECT i FROM t', 'copy')).toBe('1');
    await postgres.psql('DROP DATABASE copy');
  });

  it('loads only the tables asked for', async () => {
    const names = ['catalog.images', 'sales.customers'];
    const result = await bring({ selection: { ...ALL, tables: names } });
    expect(result.tables.map(({ schema, table }) => `${schema}.${table}`)).toEqual(names);
    const customers = await postgres.psql('SELECT count(*) FROM sales.customers', 'shop');
    expect(await postgres.psql('SELECT count(*) FROM sales.customers', 'copy')).toBe(customers);
    const others = "SELECT to_regclass('logs.events') IS NULL";
    expect(await postgres.psql(others, 'copy')).toBe('t');
    await postgres.psql('DROP DATABASE copy');
    await expect(bring({ selection: { ...ALL, tables: ['public.nothing'] } })).rejects.toMatchObject({
      code: 'selection-empty',
      exitStatus: 2,
    });
    await nothingIsLeft();
  });

  it('ends by SIGTERM within 5 seconds with status 143 and leaves nothing', async () => {
    const asked = ['restore', 'latest', '--name', 'shop', '--into', 'copy', '--pg-bin-dir', postgres.binDir];
    const repository = ['--repository', join(place.directory, 'repository'), '--encryption', 'none'];
    const env = { ...postgres.env, HOME: place.directory };
    const child = spawn(process.execPath, [BACKUPER_PROGRAM, ...asked, ...repository], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    const loading = new Promise<void>((resolve) => {
      child.stderr.on('data', (text: Buffer) => {
        said += text.toString();
        if (said.includes('loading')) resolve();
      });
    });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    await Promise.race([loading, ended]);
    const killedAt = performance.now();
    child.kill('SIGTERM');
    expect(await ended, said).toBe(143);
    expect(performance.now() - killedAt).toBeLessThan(5000);
    await expect.poll(leftOvers).toMatchObject({ databases: '', sessions: '0' });
  });

  it('drops what it created even where it holds a subscription', async () => {
    await postgres.createDatabase('copy');
    const sql = "CREATE SUBSCRIPTION s CONNECTION 'dbname=nowhere' PUBLICATION p WITH (connect = false)";
    await postgres.psql(sql, 'copy');
    const programs = newestPrograms(await findPrograms(serverOf(postgres, 'postgres'), place.context()));
    const client = { server: serverOf(postgres, 'postgres'), programs };
    const request = { name: 'copy', maintenanceDatabases: ['postgres'] };
    expect(await dropCreated(client, request, place.context())).toBeUndefined();
    await nothingIsLeft();
  });

  it.each([
    ['no private key', 'key-missing', undefined],
    ['another private key', 'key-wrong', 'other'],
  ] as const)('with %s says so before anything is created', async (_, code, which) => {
    const [keys, other] = (await Promise.all(
      [1, 2].map(() => generateKeyPair({ passphrase: 'x', now: Date.now() })),
    )) as [KeyPair, KeyPair];
    const now = Date.now();
    const encrypting = await createOpenPgpCipher({ publicKeys: [keys.publicKey], now });
    const repository = { ...place.repository, cipher: encrypting, encryption: 'openpgp' as const };
    await makeBackup(postgres, { dbname: 'template1', name: `sealed ${code}` }, { ...place, repository });
    const privateKeys = which === undefined ? [] : [other.privateKey];
    const cipher = await createOpenPgpCipher({ publicKeys: [], privateKeys, privateKeyPassphrase: 'x', now });
    const flags = { maintenanceDatabases: ['postgres'], jobs: 1, owner: true, privileges: true };
    const asked = { name: `sealed ${code}`, target: { latest: true } as const, into: 'copy', ...flags };
    const services = { server: serverOf(postgres, 'postgres'), repository: { ...repository, cipher } };
    await expect(restore(asked, services, place.context())).rejects.toMatchObject({ code, exitStatus: 2 });
    await nothingIsLeft();
  });

  describe('of a damaged backup', () => {
    let folder: string;
    let segments: string[];
    const damage = async (act: () => Promise<void>) => {
      const label = await makeBackup(postgres, { dbname: 'shop' }, place);
      folder = join(place.directory, 'repository/shop/data', label);
      segments = (await readdir(folder)).filter((name) => name.startsWith('segment-')).sort();
      await act();
    };
    const at = (index: number) => join(folder, segments.at(index) ?? '');

    it.each([
      ['truncated', 'object-altered', () => truncate(at(1), 1000)],
      ['missing', 'object-missing', () => rm(at(1))],
      [
        'swapped',
        'object-altered',
        async () => {
          await rename(at(0), `${folder}.swap`);
          await rename(at(1), at(0));
          await rename(`${folder}.swap`, at(1));
        },
      ],
    ] as const)('names the segment that is %s and leaves nothing with --strict', async (_, code, act) => {
      await damage(act);
      await expect(bring({ strict: true })).rejects.toMatchObject({
        code,
        exitStatus: 3,
        message: expect.stringMatching(/segment-0000000\d/),
      });
      await nothingIsLeft();
    });
  });
});
