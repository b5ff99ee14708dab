import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { isBackuperError } from '@postgres-backuper/base';
import { planRestore, restore } from '@postgres-backuper/core';
import { BACKUPER_PROGRAM, type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { named } from '../../packages/core/src/restore/replaced-names.ts';
import type { RestoreRequest } from '../../packages/core/src/restore.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

/** Longest time in which nobody could connect, milliseconds; docs/restore.md names it. */
const LONGEST_GAP_MS = 2000;

describe.each(testMajors())('a restore that replaces a database, on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  let label: string;
  beforeAll(async () => {
    [postgres, place] = await Promise.all([startPostgres({ major }), createPlace()]);
    await postgres.createRole('app_owner');
    await again('old');
    await postgres.psql("ALTER DATABASE app SET work_mem = '5MB'; ALTER DATABASE app CONNECTION LIMIT 77");
    label = await makeBackup(postgres, { dbname: 'app' }, place);
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  /** A database `app` whose table says what it is, and no other of these names. */
  const again = async (what: string) => {
    for (const name of (await databases()).filter((one) => one !== ''))
      await postgres.psql(`DROP DATABASE "${name}" WITH (FORCE)`);
    await postgres.psql('CREATE DATABASE app OWNER app_owner TEMPLATE template0');
    await postgres.psql(
      `CREATE TABLE t AS SELECT '${what}'::text AS what, g FROM generate_series(1, 20000) g; CREATE INDEX ON t (g)`,
      'app',
    );
  };
  const databases = async () =>
    (await postgres.psql("SELECT datname FROM pg_database WHERE datname LIKE 'app%' ORDER BY 1")).split('\n');
  const what = (name = 'app') => postgres.psql('SELECT what FROM t LIMIT 1', name);
  const asked = (request: Partial<RestoreRequest> = {}) => ({
    ...{ name: 'app', target: { latest: true } as const, replace: 'app', maintenanceDatabases: ['app', 'postgres'] },
    ...{ jobs: 2, owner: true, privileges: true, policies: true, tablespaces: true, ...request },
  });
  const bring = (request: Partial<RestoreRequest> = {}) => {
    const services = { server: serverOf(postgres, 'postgres'), repository: place.repository };
    return restore(asked(request), services, place.context());
  };
  const refusal = (request: Partial<RestoreRequest> = {}) =>
    bring(request).then(
      () => undefined,
      (error: unknown) => {
        if (isBackuperError(error)) return error;
        throw error;
      },
    );
  /** A session that stays until it is ended. */
  const stay = async (dbname = 'app') => {
    const { env } = serverOf(postgres, dbname);
    const psql = spawn(`${postgres.binDir}/psql`, ['-XAt', '-c', 'SELECT 1', '-c', 'SELECT pg_sleep(60)'], {
      env: { ...env, PATH: process.env.PATH },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(psql.stdout, 'data');
    const ended = once(psql, 'exit');
    return { end: () => psql.kill(), isThere: () => psql.exitCode === null, ended };
  };

  it('keeps the old one, with owner, settings and limits on the new one', async () => {
    await again('new');
    const { database, replaced } = await bring();
    expect(database).toBe('app');
    expect(replaced).toMatch(new RegExp(`^app_before_${label}_[0-9a-f]{4}$`));
    expect(await databases()).toEqual(['app', replaced]);
    expect([await what(), await what(replaced)]).toEqual(['old', 'new']);
    const properties = `SELECT datdba::regrole, datconnlimit, (SELECT setconfig FROM pg_db_role_setting WHERE setdatabase = d.oid), shobj_description(oid, 'pg_database') FROM pg_database d WHERE datname = 'app'`;
    expect(await postgres.psql(properties)).toBe('app_owner|77|{work_mem=5MB}|');
  });

  it('refuses a database in use before anything is made, with who uses it', async () => {
    await again('new');
    const session = await stay();
    const error = await refusal();
    expect(error).toMatchObject({ code: 'database-in-use', exitStatus: 2 });
    expect(error?.message).toMatch(/'app' cannot be replaced while 1 session of others use it: postgres\/psql \(\d+\)/);
    const services = { server: serverOf(postgres, 'postgres'), repository: place.repository };
    expect((await planRestore(asked(), services, place.context())).findings[0]).toMatchObject({
      severity: 'blocks',
      code: 'database-in-use',
    });
    expect([await databases(), await what()]).toEqual([['app'], 'new']);
    const bystander = await stay('postgres');
    await bring({ disconnect: true });
    await session.ended;
    expect(bystander.isThere()).toBe(true);
    bystander.end();
    expect(await what()).toBe('old');
    expect(await refusal({ replace: 'app_nowhere' })).toMatchObject({ code: 'database-missing' });
  });

  it('leaves it as it was when somebody came meanwhile, and when objects are missing', async () => {
    await again('new');
    const context = place.context();
    const waiting: { session?: Awaited<ReturnType<typeof stay>>; coming?: Promise<unknown> } = {};
    const emit = (event: { readonly type: string; readonly phase?: string }) => {
      if (event.phase !== 'data') return;
      waiting.coming = stay().then((session) => {
        waiting.session = session;
      });
    };
    const services = { server: serverOf(postgres, 'postgres'), repository: place.repository };
    const comingBefore = { ...services.server };
    await expect(
      restore(asked({ jobs: 1 }), { ...services, server: comingBefore }, { ...context, emit }),
    ).rejects.toMatchObject({
      code: 'database-in-use',
      hint: expect.stringMatching(/^'app' is as it was, .* RENAME TO "app"; COMMIT;$/),
    });
    await waiting.coming;
    waiting.session?.end();
    expect([(await databases()).length, await what()]).toEqual([2, 'new']);
    await again('new');
    await postgres.psql(
      'CREATE TABLE p (i int); CREATE TABLE c (i int); INSERT INTO c VALUES (1); ALTER TABLE p ADD PRIMARY KEY (i); ALTER TABLE c ADD FOREIGN KEY (i) REFERENCES p NOT VALID; UPDATE pg_constraint SET convalidated = true',
      'app',
    );
    await makeBackup(postgres, { dbname: 'app', name: 'orphans' }, place);
    expect(await refusal({ name: 'orphans' })).toMatchObject({ code: 'restore-incomplete', exitStatus: 4 });
    expect([(await databases()).length, await what()]).toEqual([2, 'new']);
  });

  it('always shows the old or the new one to those who connect meanwhile', async () => {
    await again('new');
    const seen: string[] = [];
    const gap = { since: 0, longest: 0 };
    const isOver = { now: false };
    const client = async () => {
      while (!isOver.now) {
        const answer = await what().catch(() => 'refused');
        if (seen.at(-1) !== answer) seen.push(answer);
        if (answer === 'refused') gap.since ||= performance.now();
        else {
          if (gap.since > 0) gap.longest = Math.max(gap.longest, performance.now() - gap.since);
          gap.since = 0;
        }
      }
    };
    const clients = [client()];
    await bring({ disconnect: true });
    await what();
    isOver.now = true;
    await Promise.all(clients);
    expect(seen.filter((answer) => answer !== 'refused').join(' ')).toMatch(/^new( new)*( old)*$/);
    expect(gap.longest).toBeLessThan(LONGEST_GAP_MS);
    expect(await what()).toBe('old');
  });

  it.runIf(major === testMajors().at(-1)).each(['loading', 'replacing database'])(
    'leaves a whole database to everybody when it is killed at "%s"',
    async (phase) => {
      await again('new');
      const { env } = serverOf(postgres, 'postgres');
      const { PATH = '', HOME = '/' } = process.env;
      const options = ['--repository', `${place.directory}/repository`, '--name', 'app', '--encryption', 'none'];
      const run = spawn(
        process.execPath,
        [
          BACKUPER_PROGRAM,
          'restore',
          label,
          '--replace',
          'app',
          '--disconnect',
          '--pg-bin-dir',
          postgres.binDir,
          ...options,
        ],
        { env: { PATH, HOME, ...env }, stdio: ['ignore', 'ignore', 'pipe'] },
      );
      const log: string[] = [];
      createInterface(run.stderr).on('line', (line) => {
        log.push(line);
        if (line.includes(phase)) run.kill('SIGKILL');
      });
      await once(run, 'exit');
      expect(log.join('\n')).toContain(phase);
      expect(await what()).toMatch(phase === 'replacing database' ? /^(new|old)$/ : /^new$/);
      await postgres.psql('SELECT count(*) FROM t', 'app');
    },
  );
});

it('shortens long names, never their endings', () => {
  expect(named('a'.repeat(70), '_before_x')).toBe(`${'a'.repeat(54)}_before_x`);
  expect(Buffer.byteLength(named('ü'.repeat(40), '_before_x'))).toBeLessThanOrEqual(63);
  expect(named('app', '_before_x')).toBe('app_before_x');
});
