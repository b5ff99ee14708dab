import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { planRestore } from '@postgres-backuper/core';
import { BACKUPER_PROGRAM, type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeGate, WAIT_AT_GATE } from '../gate.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';
import { replacing } from './replaced.ts';

/** Longest time in which nobody could connect, milliseconds; docs/restore.md names it. */
const LONGEST_GAP_MS = 2000;
/** A table whose row is loaded when the gate is open. */
const HELD = `CREATE FUNCTION pass() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN ${WAIT_AT_GATE} RETURN true; END $$;
  CREATE TABLE held (i int CHECK (public.pass())); INSERT INTO held VALUES (1)`;

describe.each(testMajors())('a restore that replaces a database, on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  let label: string;
  const { services, databases, again, asked, bring, stay, what, refusal } = replacing(
    () => postgres,
    () => place,
  );
  beforeAll(async () => {
    [postgres, place] = await Promise.all([startPostgres({ major }), createPlace()]);
    await postgres.createRole('app_owner');
    await again('old');
    await postgres.psql("ALTER DATABASE app SET work_mem = '5MB'; ALTER DATABASE app CONNECTION LIMIT 77");
    await postgres.psql(HELD, 'app');
    label = await makeBackup(postgres, { dbname: 'app' }, place);
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  it('keeps the old one, with owner, settings and limits on the new one', async () => {
    await again('new');
    const { database, replaced } = await bring();
    expect(database).toBe('app');
    expect(replaced).toBe(`app_before_${label}_1`);
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
    expect(error?.message).toMatch(/'app' cannot be renamed while others use it: postgres\/psql \(\d+\)$/);
    expect((await planRestore(asked(), services(), place.context())).findings[0]).toMatchObject({
      severity: 'blocks',
      code: 'database-in-use',
    });
    expect([await databases(), await what()]).toEqual([['app'], 'new']);
    const bystander = await stay('postgres');
    await bring({ disconnect: true });
    await session.ended;
    expect(bystander.isThere()).toBe(true);
    await bystander.end();
    expect(await what()).toBe('old');
    expect(await refusal({ replace: 'app_nowhere' })).toMatchObject({ code: 'database-missing' });
  });

  it('leaves it as it was when somebody came meanwhile, and when objects are missing', async () => {
    await again('new');
    const context = place.context();
    const waiting: { session?: Awaited<ReturnType<typeof stay>>; coming?: Promise<unknown> } = {};
    const openGate = await closeGate(postgres);
    const emit = (event: { readonly type: string; readonly phase?: string }) => {
      if (event.phase !== 'data') return;
      waiting.coming = stay().then((session) => {
        waiting.session = session;
        return openGate();
      });
    };
    await expect(bring({ jobs: 1 }, { ...context, emit })).rejects.toMatchObject({
      code: 'database-in-use',
      hint: expect.stringMatching(/^'app' is as it was, .* RENAME TO "app"; COMMIT;$/),
    });
    await waiting.coming;
    await waiting.session?.end();
    expect([(await databases()).length, await what()]).toEqual([2, 'new']);
    await again('new');
    await postgres.psql(
      'CREATE TABLE p (i int); CREATE TABLE c (i int); INSERT INTO c VALUES (1); ALTER TABLE p ADD PRIMARY KEY (i); ALTER TABLE c ADD FOREIGN KEY (i) REFERENCES p NOT VALID; UPDATE pg_constraint SET convalidated = true',
      'app',
    );
    await makeBackup(postgres, { dbname: 'app', name: 'orphans' }, place);
    const incomplete = await refusal({ name: 'orphans' });
    expect(incomplete).toMatchObject({ code: 'restore-incomplete', exitStatus: 4 });
    expect(incomplete?.hint).toMatch(
      /'app' was not replaced and is as it was: .* BEGIN; ALTER DATABASE "app" RENAME TO .* COMMIT;$/,
    );
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
      const openGate = phase === 'loading' ? await closeGate(postgres) : undefined;
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
      await openGate?.();
      expect(log.join('\n')).toContain(phase);
      expect(await what()).toMatch(phase === 'replacing database' ? /^(new|old)$/ : /^new$/);
      await postgres.psql('SELECT count(*) FROM t', 'app');
      if (phase !== 'loading') return;
      await postgres.until("NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname LIKE 'app\\_%')");
      expect(await refusal()).toMatchObject({
        code: 'database-exists',
        hint: expect.stringContaining('DROP DATABASE'),
      });
      expect(await bring({ resume: true })).toMatchObject({ database: 'app', replaced: `app_before_${label}_1` });
      expect([await what(), (await databases()).length]).toEqual(['old', 2]);
    },
  );
});
