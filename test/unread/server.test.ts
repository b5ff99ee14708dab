import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unreadProblem } from '@postgres-backuper/postgres';
import { type Postgres, run, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { sql } from '../../packages/postgres/src/session/sql.ts';
import { hasHistoryMark, makeHistoryMark } from '../../packages/postgres/src/unchanged/history-mark.ts';
import { ROWS } from './cases.ts';
import { judge, type Moment, openTestSession, remember, setSummarizing, startSummarizing } from './harness.ts';

let postgres: Postgres;
const RIGHT = { why: undefined, wrong: [], unchanged: ['still'] };

beforeAll(async () => {
  postgres = await startSummarizing(18);
});
afterAll(() => postgres?.stop());
beforeEach(async () => {
  await postgres.createDatabase('app', 'TEMPLATE template0');
  await postgres.psql(`CREATE TABLE still AS ${ROWS}; CREATE TABLE t AS ${ROWS}; VACUUM; CHECKPOINT`, 'app');
});

const psql = (text: string) => postgres.psql(text, 'app');
const UPDATE = sql`UPDATE public.t SET note = 'x' WHERE id = 7`;

test('a transaction that wrote after the last checkpoint and is open at the full is seen', async () => {
  const open = await openTestSession(postgres, 'app');
  await open.execute(sql`BEGIN; SAVEPOINT s`);
  await open.execute(UPDATE);
  await open.execute(sql`RELEASE s`);
  const full = await remember(postgres, 'app');
  await psql('CHECKPOINT');
  await open.execute(sql`COMMIT`);
  await open.close();
  expect(await judge(postgres, 'app', full)).toEqual(RIGHT);
});

test.each(['', 'SAVEPOINT s; '])(
  'a transaction that wrote before the last checkpoint ends the mark (%s)',
  async (point) => {
    const open = await openTestSession(postgres, 'app');
    await open.execute(sql`BEGIN`);
    if (point !== '') await open.execute(sql`SAVEPOINT s`);
    await open.execute(UPDATE);
    await psql('CHECKPOINT');
    expect((await remember(postgres, 'app')).mark).toContain('was running');
    await open.close();
  },
);

test('a prepared transaction is seen, or ends the mark', async () => {
  onTestFinished(async () => void (await psql("ROLLBACK PREPARED 'p'").catch(() => undefined))); // if it fails: for the next try
  await psql(`BEGIN; UPDATE t SET note = 'x' WHERE id = 7; PREPARE TRANSACTION 'p'`);
  const full = await remember(postgres, 'app');
  await psql('CHECKPOINT');
  expect((await remember(postgres, 'app')).mark).toContain('was running');
  await psql(`COMMIT PREPARED 'p'`);
  expect(await judge(postgres, 'app', full)).toEqual(RIGHT);
});

test('what is committed after the snapshot of the full is seen, what after that of the differential may be', async () => {
  const full = await remember(postgres, 'app', () => psql(`UPDATE t SET note = 'x' WHERE id = 7`));
  expect(await judge(postgres, 'app', full)).toEqual(RIGHT);
  const next = await remember(postgres, 'app');
  const judged = await judge(postgres, 'app', next, () => psql(`UPDATE still SET note = 'x' WHERE id = 7; TRUNCATE t`));
  expect(judged).toMatchObject({ why: undefined, wrong: [] });
});

test('definitions that change after the snapshot of the full and back are seen', async () => {
  await psql(`CREATE TABLE o AS ${ROWS} LIMIT 7; VACUUM; CHECKPOINT`);
  const swap = 'ALTER TABLE t RENAME TO p; ALTER TABLE o RENAME TO t; ALTER TABLE p RENAME TO o';
  const full = await remember(postgres, 'app', () => psql(swap));
  await psql(swap);
  expect(await judge(postgres, 'app', full)).toEqual(RIGHT);
});

test('names of two schemas that are swapped are seen', async () => {
  await psql(`CREATE SCHEMA s; CREATE TABLE s.t AS ${ROWS} LIMIT 7; VACUUM; CHECKPOINT`);
  const full = await remember(postgres, 'app');
  await psql('ALTER SCHEMA public RENAME TO x; ALTER SCHEMA s RENAME TO public');
  expect(await judge(postgres, 'app', full)).toEqual({ why: undefined, wrong: [], unchanged: [] });
});

test('an output function of the server that was edited is seen', async () => {
  const full = await remember(postgres, 'app');
  await psql(`UPDATE pg_proc SET procost = procost WHERE proname = 'textout'`);
  expect(await judge(postgres, 'app', full)).toMatchObject({ why: undefined, unchanged: [] });
});

test('a crash of all sessions is no restart: what was committed is seen', async () => {
  const full = await remember(postgres, 'app');
  await psql(`UPDATE t SET note = 'x' WHERE id = 7`);
  await crash();
  expect(await judge(postgres, 'app', full)).toEqual(RIGHT);
});

test('a commit that the full saw and a crash lost leaves nothing unread', async () => {
  for (let round = 0; round < 5; round += 1) {
    await psql(`SET synchronous_commit = off; UPDATE t SET note = '${round}' WHERE id = 7; SELECT pg_sleep(0.01)`);
    const full = await remember(postgres, 'app');
    await crash();
    expect((await judge(postgres, 'app', full)).wrong).toEqual([]);
  }
});

/** Ends one session with SIGKILL: the server ends all others, its own processes too, and recovers. */
async function crash(): Promise<void> {
  const checkpointer = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'";
  const before = await psql(checkpointer);
  await psql(`COPY (SELECT 1) TO PROGRAM 'kill -9 $PPID'`).catch(() => undefined);
  // until it has seen that, a server still answers
  await expect.poll(() => psql(checkpointer).catch(() => before)).toMatch(new RegExp(`^(?!${before}$)\\d+$`));
}

test('a summary that is gone leaves nothing unread', async () => {
  const full = await remember(postgres, 'app');
  await psql('CHECKPOINT');
  await psql('CHECKPOINT');
  await postgres.until(
    '(SELECT summarized_lsn FROM pg_get_wal_summarizer_state()) >= (SELECT redo_lsn FROM pg_control_checkpoint())',
  );
  const folder = join(postgres.dataDir, 'pg_wal/summaries');
  const [newest = ''] = (await readdir(folder)).sort().slice(-1);
  await rm(join(folder, newest));
  expect((await judge(postgres, 'app', full)).why).toContain('no summary of a part of its WAL');
});

test('summaries that were off for a time hide nothing', async () => {
  const full = await remember(postgres, 'app');
  await setSummarizing(postgres, 'off');
  expect((await judge(postgres, 'app', full)).why).toContain('summarize_wal is off');
  await psql(`UPDATE t SET note = 'x' WHERE id = 7; CHECKPOINT`);
  await setSummarizing(postgres, 'on');
  expect(await judge(postgres, 'app', full)).toEqual(RIGHT);
});

test('a database whose files were replaced is read', async () => {
  await psql('ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME TO t');
  await postgres.psql('DROP DATABASE IF EXISTS copy');
  await postgres.psql('CREATE DATABASE copy TEMPLATE app STRATEGY file_copy');
  const oid = await postgres.psql(`SELECT oid FROM pg_database WHERE datname = 'copy'`);
  await postgres.psql('VACUUM; CHECKPOINT', 'copy');
  const full = await remember(postgres, 'copy');
  await psql(`UPDATE t SET note = 'x' WHERE id = 7`);
  await postgres.psql('DROP DATABASE copy');
  await postgres.psql(`CREATE DATABASE copy TEMPLATE app STRATEGY file_copy OID ${oid}`);
  expect((await judge(postgres, 'copy', full)).why).toBe('the files of the database were replaced');
});

test('a role needs pg_checkpoint, and nothing else', async () => {
  await postgres.createRole('reader', "LOGIN PASSWORD 'x'");
  await psql('GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; VACUUM; CHECKPOINT');
  const as = { ...postgres, env: { ...postgres.env, PGUSER: 'reader', PGPASSWORD: 'x' } };
  const asked = async () => {
    const session = await openTestSession(as, 'app');
    const problem = await unreadProblem(session);
    await session.close();
    return problem;
  };
  expect(await asked()).toBe('the role is no member of pg_checkpoint');
  const full = await remember(as, 'app');
  expect(typeof full.mark).toBe('object');
  expect((await judge(as, 'app', full)).why).toContain('permission denied to execute CHECKPOINT command');
  await postgres.psql('GRANT pg_checkpoint TO reader');
  expect(await asked()).toBeUndefined();
  expect(await judge(as, 'app', full)).toMatchObject({ why: undefined, wrong: [], unchanged: ['still', 't'] });
});

test('the mark of a server that is set back is not in its history', async () => {
  const make = async () => {
    const session = await openTestSession(postgres, 'app');
    try {
      const mark = await makeHistoryMark(session);
      expect(await hasHistoryMark(session, mark)).toBe(true);
      return mark;
    } finally {
      await session.close();
    }
  };
  const has = async (mark: Awaited<ReturnType<typeof make>>) => {
    const session = await openTestSession(postgres, 'app');
    const found = await hasHistoryMark(session, mark);
    await session.close();
    return found;
  };
  const before = await make();
  const [data, saved] = [postgres.dataDir, `${postgres.dataDir}.saved`];
  await psql('CHECKPOINT');
  await postgres.kill9();
  await rm(saved, { recursive: true, force: true }); // of a first try
  await run('cp', ['-a', data, saved]);
  await postgres.restart();
  const full: Moment = await remember(postgres, 'app');
  const after = await make();
  await postgres.kill9();
  await rm(data, { recursive: true });
  await run('cp', ['-a', saved, data]);
  await postgres.restart();
  expect([await has(before), await has(after)]).toEqual([true, false]);
  await psql(`DO 'BEGIN FOR g IN 1..200 LOOP PERFORM pg_current_xact_id(); COMMIT; END LOOP; END'`);
  expect(await has(after)).toBe(false);
  expect((await judge(postgres, 'app', full)).why).toBe('the server was restarted since its full backup');
});

test('a standby, and a server without summaries, are refused', async () => {
  const standby = await startPostgres({ major: 18, standbyOf: postgres, settings: { max_prepared_transactions: '5' } });
  try {
    expect((await remember(standby, 'app')).mark).toBe('the server is a standby');
  } finally {
    await standby.stop();
  }
  const plain = await startPostgres({ major: 18 });
  try {
    expect((await remember(plain, 'postgres')).mark).toContain('summarize_wal is off');
  } finally {
    await plain.stop();
  }
});
