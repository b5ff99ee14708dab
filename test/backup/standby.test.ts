import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BackupResult } from '@postgres-backuper/core';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';

const PAUSE = "pg_get_wal_replay_pause_state() = 'paused'";
const GOES_ON = "pg_get_wal_replay_pause_state() = 'not paused'";
const NOBODY = "NOT EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE 'postgres-backuper%')";
const READS =
  "EXISTS (SELECT FROM pg_stat_activity WHERE application_name LIKE '%r backup_%' AND state = 'idle in transaction')";
const HOLDS_UP = "query LIKE '%AS holds\\_the\\_replay\\_up' AND wait_event = 'PgSleep'";

describe.each(testMajors())('a backup of a standby of PostgreSQL %i', (major) => {
  let primary: Postgres;
  let standby: Postgres;
  let folder: string;
  let runs = 0;
  beforeAll(async () => {
    primary = await startPostgres({ major });
    await primary.createDatabase('app');
    await primary.psql('CREATE TABLE t AS SELECT g, repeat(md5(g::text), 4) FROM generate_series(1, 20000) g', 'app');
    standby = await startPostgres({ major, standbyOf: primary });
    await setDelay('0');
    folder = await mkdtemp(join(tmpdir(), 'standby-'));
  });
  afterAll(async () => {
    await standby?.stop();
    await primary?.stop();
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    // of a first try
    await standby.psql(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE ${HOLDS_UP}`);
    await setDelay('0');
    await standby.until(`${NOBODY} AND ${GOES_ON}`);
  });

  /** How long a query may hold up what contradicts it. */
  const setDelay = async (delay: string) => {
    await standby.psql(`ALTER SYSTEM SET max_standby_streaming_delay = ${delay}`);
    await standby.psql('SELECT pg_reload_conf()');
    while ((await standby.psql('SHOW max_standby_streaming_delay')) !== delay) await sleep(50);
  };
  const environment = (server: Postgres) => ({
    ...{ ...server.env, HOME: folder, PGDATABASE: 'app', BACKUP_PG_BIN_DIR: server.binDir },
    ...{ BACKUP_REPOSITORY: join(folder, 'repository'), BACKUP_ENCRYPTION: 'none' },
  });
  const run = async (server: Postgres, [...words]: readonly string[], env = {}, kill?: AbortSignal) => {
    const asked = { ...environment(server), ...env };
    const { status, stdout, stderr } = await runCli([...words, '--json'], asked, (child) =>
      kill?.addEventListener('abort', () => child.kill(kill.reason)),
    );
    const { result, error } = stdout === '' ? {} : JSON.parse(stdout);
    return { status, stderr, result, error, backup: result?.backups?.[0] as BackupResult };
  };
  const pausing = ['backup', '--pause-replay'];
  /** Begins a backup whose pg_dump waits until `open`, and waits until its snapshot is there. */
  const begin = async (words: readonly string[], env = {}) => {
    const bin = join(folder, `bin-${++runs}`);
    const gate = join(bin, 'open');
    await mkdir(bin);
    for (const name of ['psql', 'pg_restore', 'pg_dumpall']) await symlink(join(standby.binDir, name), join(bin, name));
    const waits = `case $1 in --version) ;; *) while [ ! -e '${gate}' ]; do sleep 0.05; done ;; esac`;
    await writeFile(join(bin, 'pg_dump'), `#!/bin/sh\n${waits}\nexec '${standby.binDir}/pg_dump' "$@"\n`, {
      mode: 0o755,
    });
    const kill = new AbortController();
    const ended = run(standby, words, { ...env, BACKUP_PG_BIN_DIR: bin }, kill.signal);
    await Promise.race([
      standby.until(READS),
      ended.then((end) => Promise.reject(new Error(`it has ended already: ${JSON.stringify(end)}`))),
    ]);
    return { ended, open: () => writeFile(gate, ''), kill: (signal: NodeJS.Signals) => kill.abort(signal) };
  };
  /** Where the log of the primary is; a commit makes it flush that. */
  const logged = async () => {
    const sql = "SELECT pg_current_wal_insert_lsn(); DO 'BEGIN PERFORM pg_logical_emit_message(true, '''', ''''); END'";
    return (await primary.psql(sql)).trim();
  };
  /** Removes rows that a snapshot on the standby sees; returns where the log of the primary is then. */
  const vacuum = async () => {
    await primary.psql('DELETE FROM t WHERE g % 2 = 0; INSERT INTO t SELECT g, g FROM generate_series(1, 9) g', 'app');
    await primary.psql('VACUUM t', 'app');
    return logged();
  };

  it('is cancelled by what the primary removed, and not while the replay is paused', async () => {
    const without = await begin(['backup']);
    await standby.until(`pg_last_wal_replay_lsn() >= '${await vacuum()}'`);
    await without.open();
    const { status, error } = await without.ended;
    expect([status, error.code]).toEqual([75, 'transaction-conflict']);
    expect(error.hint).toContain('--pause-replay');

    const rows = Number(await standby.psql('SELECT count(*) FROM t', 'app'));
    const paused = await begin(pausing);
    const removed = await vacuum();
    await standby.until(`pg_last_wal_receive_lsn() >= '${removed}'`);
    expect(await standby.psql(`SELECT ${PAUSE}, pg_last_wal_replay_lsn() < '${removed}'`)).toBe('t|t');
    await paused.open();
    const end = await paused.ended;
    expect(end).toMatchObject({ status: 0, backup: { totals: { rows } } });
    expect(end.backup.replayPausedMs).toBeGreaterThan(0);
    expect(end.backup.replayPausedMs).toBeLessThan(end.backup.durationMs);
    expect(end.stderr).not.toContain('warning');
    await standby.until(`${GOES_ON} AND pg_last_wal_replay_lsn() >= '${removed}'`);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('resumes the replay when %s ends it', async (signal) => {
    const { ended, kill } = await begin(pausing);
    expect(await standby.psql(`SELECT ${PAUSE}`)).toBe('t');
    kill(signal);
    await ended;
    await standby.until(`${GOES_ON} AND ${NOBODY}`);
  });

  it('leaves a pause to the backup that still needs it', async () => {
    const first = await begin(pausing, { BACKUP_NAME: 'first' });
    const second = await run(standby, pausing, { PGDATABASE: 'postgres' });
    expect(second).toMatchObject({ status: 0, backup: { replayPausedMs: expect.any(Number) } });
    expect(await standby.psql(`SELECT ${PAUSE}`)).toBe('t');
    expect((await run(standby, ['check'])).stderr).not.toContain('replay of the standby is paused');
    await first.open();
    expect(await first.ended).toMatchObject({ status: 0 });
    expect(await standby.psql(`SELECT ${GOES_ON}`)).toBe('t');
  });

  it('leaves a pause of somebody else, which check names, and one that they end', async () => {
    await standby.psql('SELECT pg_wal_replay_pause()');
    await standby.until(PAUSE);
    const { status, backup, stderr } = await run(standby, pausing);
    expect([status, backup.replayPausedMs]).toEqual([0, null]);
    expect(stderr).toContain('somebody else has paused the replay');
    const { result } = await run(standby, ['check']);
    expect(result.items).toContainEqual(expect.objectContaining({ what: 'replay', state: 'warning' }));
    expect(await standby.psql(`SELECT ${PAUSE}; SELECT pg_wal_replay_resume()`)).toBe('t');

    const ended = await begin(pausing);
    await standby.psql('SELECT pg_wal_replay_resume()');
    await standby.until("NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 1)");
    await standby.psql('SELECT pg_wal_replay_pause()');
    await ended.open();
    expect((await ended.ended).stderr).toContain('somebody resumed the replay');
    expect(await standby.psql(`SELECT ${GOES_ON}; SELECT pg_wal_replay_resume()`)).toBe('f');
  });

  it('resumes the replay also when an administrator ended the session that held the pause', async () => {
    const { ended, open } = await begin(pausing);
    await standby.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'DO %replay_pause%'");
    await open();
    expect(await ended).toMatchObject({ status: 0, backup: { replayPausedMs: expect.any(Number) } });
    expect(await standby.psql(`SELECT ${GOES_ON}`)).toBe('t');
  });

  it('ends with 75 when a query holds the replay up', async () => {
    await setDelay('-1');
    const reader = expect(
      standby.psql('BEGIN; SELECT FROM t LIMIT 0; SELECT pg_sleep(6000) AS holds_the_replay_up', 'app'),
    ).rejects.toThrow('canceling statement');
    await standby.until(`EXISTS (SELECT FROM pg_stat_activity WHERE ${HOLDS_UP})`);
    await primary.psql('BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE; COMMIT', 'app');
    await standby.until("EXISTS (SELECT FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock')");
    expect(await run(standby, [...pausing, '--lock-timeout', '1s'])).toMatchObject({
      status: 75,
      error: { code: 'lock-unavailable', message: expect.stringContaining("its state is 'pause requested'") },
    });
    await standby.until(GOES_ON);
    await standby.psql(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE ${HOLDS_UP}`);
    await reader;
    await setDelay('0');
  });

  it('needs a standby, and a right that setup-role grants', async () => {
    for (const command of ['check', 'backup']) {
      const refused = await run(primary, [command, '--pause-replay']);
      expect([refused.status, JSON.stringify([refused.result, refused.error])]).toEqual([
        2,
        expect.stringContaining('the server is no standby'),
      ]);
    }
    const printed = async (...words: readonly string[]) =>
      (await runCli(['setup-role', ...words], environment(primary))).stdout;
    const psql = async (script: string) => primary.psql(`${script}; ALTER ROLE backup PASSWORD 'x'`, 'app');
    const caughtUp = async () => standby.until(`pg_last_wal_replay_lsn() >= '${await logged()}'`);
    await psql((await printed()).replace(/^\\connect.*$/m, ''));
    await caughtUp();
    const role = { PGUSER: 'backup', PGPASSWORD: 'x' };
    const denied = await run(standby, pausing, role);
    expect(denied).toMatchObject({ status: 2, error: { code: 'privilege-missing' } });
    expect(denied.error.hint).toContain(
      "run as superuser on the primary, in database 'app': GRANT EXECUTE ON FUNCTION",
    );
    await psql((await printed('--pause-replay')).replace(/^\\connect.*$/m, ''));
    await caughtUp();
    expect(await run(standby, pausing, role)).toMatchObject({
      status: 0,
      backup: { replayPausedMs: expect.any(Number) },
    });
  });
});
