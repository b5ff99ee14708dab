import { randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing, startScheduler, untilRows } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fillLargeDatabase, letLoadsWait, PARTS, shutGate, sumsOfLarge } from '../../large-database.ts';
import { type AirflowApi, openApi } from './api.ts';
import { CANARIES, connection, createStage, type Stage, textsBelow } from './harness.ts';
import { killOneReader, killTask, type Program, programs } from './programs.ts';
import { labels } from './stored.ts';

const NASTY = 'a\n[error] faked\r\u001b[31m::group::x %s ##teamcity[y] тест';
/** For what takes half a minute on an idle machine, milliseconds. */
const BUSY_MS = 300_000;
const MANY = Array.from({ length: 12 }, (_, index) => `many_${index}`);

let stage: Stage;
let api: AirflowApi;
let scheduler: { stop(): Promise<void> } | undefined;

describe.skipIf(isMissing('Airflow'))('Airflow with its scheduler', () => {
  beforeAll(async () => {
    stage = await createStage({
      ...{ AIRFLOW_VAR_NASTY: NASTY, AIRFLOW_VAR_BACKUP_MAIL_TO: 'ops@example.com, dba@example.com' },
      POSTGRES_BACKUPER_POOL: 'postgres_backup',
      AIRFLOW__CORE__FERNET_KEY: `${randomBytes(32).toString('base64url')}=`,
    });
    await fillServer();
    scheduler = await startScheduler(stage.airflow);
    api = await openApi(stage.airflow);
    await api.call('POST', '/pools', { name: 'postgres_backup', slots: 3 });
    const closed = JSON.parse(connection({ ...stage.postgres, port: 1 }, 'app'));
    const older = {
      connection_id: 'older_s3',
      conn_type: 's3',
      host: stage.minio.endpoint,
      login: stage.minio.accessKey,
    };
    await api.call('POST', '/connections', { ...closed, connection_id: 'closed', extra: '{}' });
    await api.call('POST', '/connections', { ...older, password: stage.minio.secretKey });
    await api.setVariable('OWN_DIRECTORY', join(stage.folder, 'own'));
    await api.setVariable('OWN_SECRET', 'canary-in-options');
    await api.setVariable('UNRENDERED', 'app_{{ ds }}');
    await api.setVariable('INCREMENTAL_BACKUP', 'True');
    await api.setVariable('BACKUP_DEDUP_SECRET', CANARIES.dedupSecret);
    for (const dag of ['postgres_backup_local', 'postgres_restore', 'own']) await api.unpause(dag);
  });
  afterAll(async () => {
    await scheduler?.stop();
    await stage?.remove();
  });

  test('the scheduled run of the cloud DAG is green: bucket, XCom, log with levels, mail', async () => {
    await api.unpause('postgres_backup');
    const sql = "SELECT run_id, run_type FROM dag_run WHERE dag_id = 'postgres_backup'";
    const [row] = await untilRows(stage.airflow, sql);
    const run = String(row?.run_id);
    expect(row).toMatchObject({ run_type: 'scheduled' });
    const { state, tasks } = await api.ended('postgres_backup', run);
    expect(tasks).toEqual({ databases: 'success', report: 'success', ...ofDatabase(0, 'success') });
    expect(state).toBe('success');
    expect([xcom('postgres_backup', run, 'label')]).toEqual(await labels(stage, 'app'));
    const lines = await logOf('postgres_backup', run, 'database.backup');
    expect(lines).toContainEqual(
      expect.objectContaining({ level: 'info', event: "dump: dumping 'app' with 4 sessions" }),
    );
    expect(await mailed('postgres_backup succeeded')).toMatch(
      /app: backup_\w+, 2 tables, [\d.]+ KiB, .* stored \(full: .+\), server [\d.]+:\d+, database 'app', verified: stored/,
    );
  });

  test('a second backup of the day overwrites nothing, and is a differential; the drill follows a backup once a week', async () => {
    await api.setVariable('DRILL_QUERIES', { app: ['SELECT count(*) = 500 FROM a'] });
    await api.unpause('postgres_restore_drill');
    const drills = "SELECT run_id, run_type FROM dag_run WHERE dag_id = 'postgres_restore_drill' ORDER BY id";
    const states = [];
    for (const [count, incremental] of [
      [1, 'True'],
      [2, 'False'],
    ] as const) {
      await api.setVariable('INCREMENTAL_BACKUP', incremental);
      const run = await api.trigger('postgres_backup');
      expect(await api.ended('postgres_backup', run)).toMatchObject({ state: 'success' });
      const said = (await logOf('postgres_backup', run, 'database.backup')).map(({ event }) => event).join('\n');
      expect(said.includes('this is a differential of ')).toBe(incremental === 'True');
      expect(said.includes('this is a full backup: ')).toBe(false);
      const drilled = await untilRows(stage.airflow, `${drills} LIMIT 1 OFFSET ${count - 1}`);
      expect(drilled).toMatchObject([{ run_type: 'asset_triggered' }]);
      states.push(await api.ended('postgres_restore_drill', String(drilled[0]?.run_id)));
    }
    expect(await labels(stage, 'app')).toHaveLength(3);
    expect(await mailed('postgres_backup succeeded')).toMatch(
      / stored \(differential: [\d.]+ % of its full\), server /,
    );
    const done = { 'database.restore[0]': 'success', 'database.queries[0]': 'success', 'database.drop[0]': 'success' };
    expect(states).toMatchObject([
      { state: 'success', tasks: done },
      { state: 'success', tasks: { is_due: 'success', databases: 'skipped', report: 'skipped' } },
    ]);
    expect(await databasesLike('backuper_drill_%')).toBe('');
    expect(await mailed('postgres_restore_drill succeeded')).toMatch(
      /app: backup_\w+ restored into 'backuper_drill_\w+': 2 tables, 500 rows, every row counted, 1 of 1 queries true/,
    );
  });

  test('a Variable with a typing error fails the run at once, and the mail says which', async () => {
    const wrong = { BACKUP_DATABASES: '["app",]', BACKUP_OPTIONS: '{"keep_days": 365,}' };
    for (const [name, text] of Object.entries(wrong)) {
      await api.setVariable(name, text);
      const { tasks, tries } = await api.ended('postgres_backup', await api.trigger('postgres_backup'));
      await api.call('DELETE', `/variables/${name}`);
      expect(tasks).toMatchObject({ databases: 'failed', report: 'failed' });
      expect(tries.databases).toBe(1);
      const said = new RegExp(`databases failed: the Variable ${name} is not JSON: .*, line 1, column`);
      await expect.poll(() => mails('postgres_backup failed')).toMatch(said);
    }
    expect(await labels(stage, 'app')).toHaveLength(3);
  });

  test('a backup that did not come is an alarm, though no task of it ever failed', async () => {
    await api.setVariable('BACKUP_DATABASES', ['app', 'broken']);
    await api.unpause('postgres_backup_watch');
    const sql = "SELECT run_id FROM dag_run WHERE dag_id = 'postgres_backup_watch'";
    const [row] = await untilRows(stage.airflow, sql);
    const { state, tasks, tries } = await api.ended('postgres_backup_watch', String(row?.run_id));
    await api.call('DELETE', '/variables/BACKUP_DATABASES');
    expect(tasks).toEqual({
      ...{ databases: 'success', 'status[0]': 'success', 'status[1]': 'failed', report: 'failed' },
    });
    expect(state).toBe('failed');
    expect(tries['status[1]']).toBe(1);
    const mail = await mailed('postgres_backup_watch failed');
    expect(mail).toMatch(/broken: ALARM, status failed: status of 'broken' ended with exit status 1: .*no good backup/);
    expect(mail).toMatch(/app: backup_\w+ of 'app' is \d+ minutes? old/);
  });

  test('a drill that fails is red, and its scratch database is dropped all the same', async () => {
    await api.setVariable('DRILL_QUERIES', { app: ['SELECT count(*) = 501 FROM a'] });
    const { state, tasks } = await api.ended('postgres_restore_drill', await api.trigger('postgres_restore_drill'));
    expect(tasks).toMatchObject({ 'database.queries[0]': 'failed', 'database.drop[0]': 'success', report: 'failed' });
    expect(state).toBe('failed');
    await api.setVariable('DRILL_QUERIES', {});
    await api.setVariable('BACKUP_DATABASES', ['broken']); // of which there is no backup
    const other = await api.ended('postgres_restore_drill', await api.trigger('postgres_restore_drill'));
    const failed = { 'database.restore[0]': 'failed', 'database.drop[0]': 'success', report: 'failed' };
    expect(other).toMatchObject({ state: 'failed', tasks: failed });
    const reasons = [
      /app: not proven, backup_\w+ restored .*, queries failed: .* gives 'f', not 't'/,
      /broken: not proven, restore failed: restore of 'broken' .* has no backup/,
    ];
    for (const reason of reasons) await expect.poll(() => mails('postgres_restore_drill failed')).toMatch(reason);
    await api.call('DELETE', '/variables/BACKUP_DATABASES');
    expect(await databasesLike('backuper_drill_%')).toBe('');
  });

  test('nothing is restored by chance: by hand only, the new name given twice, never over a database', async () => {
    const restore = (await api.call('GET', '/dags/postgres_restore')) as { timetable_summary: string | null };
    expect(restore.timetable_summary).toBeNull();
    for (const dag of ['postgres_backup', 'postgres_backup_local']) {
      const { tasks } = (await api.call('GET', `/dags/${dag}/tasks`)) as { tasks: { operator_name: string }[] };
      expect(tasks.map(({ operator_name }) => operator_name)).not.toContain('PostgresRestoreOperator');
    }
    for (const name of ['back', 'timed']) await stage.postgres.psql(`DROP DATABASE IF EXISTS ${name}`, 'postgres');
    const confs = [
      { into: 'x' },
      { into: 'x', confirm: 'y' },
      { into: 'app', confirm: 'app' },
      { into: 'back', confirm: 'back' },
      { into: 'timed', confirm: 'timed', at: new Date().toISOString() },
    ];
    const runs = [];
    for (const conf of confs)
      runs.push(await api.ended('postgres_restore', await api.trigger('postgres_restore', conf)));
    expect(runs.map(({ state }) => state)).toEqual(['failed', 'failed', 'failed', 'success', 'success']);
    expect(runs[2]).toMatchObject({ tasks: { restore: 'failed' }, tries: { restore: 1 } });
    expect(await databasesLike('x')).toBe('');
    expect(await stage.postgres.psql('SELECT count(*) FROM a', 'back')).toBe('500');
    expect(await stage.postgres.psql('SELECT count(*) FROM a', 'timed')).toBe('500');
    expect(await mailed('postgres_restore succeeded')).toMatch(/backup_\w+ restored into 'back': 2 tables, 500 rows/);
    await expect.poll(() => mails('postgres_restore failed')).toMatch(/restore of 'app' .* exit status 2: .*exists/);
    await expect.poll(() => mails('postgres_restore failed')).toMatch(/'confirm' is not the name of the new database/);
  });

  test('without its disk or without room the local DAG makes no backup, and is red', async () => {
    const [scheduled] = stage.airflow.rows("SELECT run_id FROM dag_run WHERE dag_id = 'postgres_backup_local'");
    const first = await api.ended('postgres_backup_local', String(scheduled?.run_id));
    expect(first).toMatchObject({ state: 'failed', tries: { free_space: 1 } });
    expect(first.tasks).toMatchObject({ free_space: 'failed', databases: 'upstream_failed', report: 'failed' });
    await expect.poll(() => mails('postgres_backup_local failed')).toMatch(/local' is not there: mount its disk/);
    await api.call('DELETE', '/variables/MIN_FREE_SPACE_GB').catch(() => undefined); // of an earlier try
    const made = await api.trigger('postgres_backup_local', { create: true });
    expect(await api.ended('postgres_backup_local', made)).toMatchObject({ state: 'success' });
    await api.setVariable('MIN_FREE_SPACE_GB', '1000000000');
    const folder = join(stage.folder, 'local/app/backups');
    const before = await readdir(folder);
    expect(before).not.toEqual([]);
    const { state, tasks } = await api.ended('postgres_backup_local', await api.trigger('postgres_backup_local'));
    expect(tasks).toMatchObject({ free_space: 'failed', databases: 'upstream_failed', report: 'failed' });
    expect(state).toBe('failed');
    expect(await readdir(folder)).toEqual(before);
    await api.call('DELETE', '/variables/MIN_FREE_SPACE_GB');
  });

  test('each way to end has its state: skipped, failed at once, tried again', async () => {
    const { tasks, tries, state } = await api.ended('own', await api.trigger('own'));
    expect(state).toBe('failed');
    expect(tasks).toEqual({
      ...{ first: 'success', skipped: 'skipped', nasty: 'success', unrendered: 'failed', unreachable: 'failed' },
      ...{ wrong: 'failed', unknown: 'failed', secret: 'failed', old_node: 'failed', existing: 'failed' },
      ...{ older_s3: 'success', damage: 'success', damaged: 'failed' },
    });
    const once = ['unrendered', 'wrong', 'unknown', 'secret', 'old_node', 'existing', 'damaged'];
    expect(once.filter((task) => tries[task] !== 1)).toEqual([]);
    expect(tries.unreachable).toBe(2);
  });

  test(
    'twelve databases: one that breaks stops no other, the pool is kept, the run is red',
    async () => {
      await api.setVariable('BACKUP_DATABASES', [...MANY.slice(0, 6), { database: 'broken' }, ...MANY.slice(6)]);
      const run = await api.trigger('postgres_backup');
      const { state, tasks } = await api.ended('postgres_backup', run, BUSY_MS);
      const good = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12].map((index) => ofDatabase(index, 'success'));
      expect(tasks).toEqual({
        ...{ databases: 'success', report: 'failed', ...Object.assign({}, ...good) },
        ...{ 'database.check[6]': 'success', 'database.backup[6]': 'failed' },
        ...{ 'database.verify[6]': 'upstream_failed', 'database.rotate[6]': 'upstream_failed' },
      });
      expect(state).toBe('failed');
      for (const name of MANY) expect(await labels(stage, name)).toHaveLength(1);
      expect(await labels(stage, 'broken')).toEqual([]);
      expect(mostAtOnce(run)).toBeGreaterThan(1);
      expect(mostAtOnce(run)).toBeLessThanOrEqual(3);
      const said = /broken: no new backup, backup failed: backup of 'broken' ended with exit status 1: pg_dump/;
      await expect.poll(() => mails('postgres_backup failed')).toMatch(said);
    },
    BUSY_MS,
  );

  test.for(['by the user', 'with SIGKILL'])(
    'a task that is killed %s leaves no program and no half backup',
    { timeout: BUSY_MS },
    async (how) => {
      await api.setVariable('BACKUP_DATABASES', ['big']);
      const run = await api.trigger('postgres_backup');
      const dumps = (all: readonly Program[]) =>
        all.filter(({ words }) => /\/pg_dump .*--format=directory.*--snapshot/.test(words));
      const isDumping = async () => dumps(await programs(stage)).length > 0;
      await expect.poll(isDumping).toBe(true);
      process.kill(stage.minio.pid, 'SIGSTOP'); // the dump waits in its midst
      try {
        const started = await programs(stage);
        expect(dumps(started)).not.toEqual([]);
        if (how === 'by the user') {
          const task = `/dags/postgres_backup/dagRuns/${run}/taskInstances/database.backup/0`;
          await api.call('PATCH', task, { new_state: 'failed' });
        } else {
          const [program] = started.filter(({ words }) => words.includes('cjs'));
          process.kill(program?.parent ?? 0, 'SIGKILL');
        }
        const left = async () => (await programs(stage)).filter(({ pid }) => started.some((one) => one.pid === pid));
        await expect.poll(left).toEqual([]);
      } finally {
        process.kill(stage.minio.pid, 'SIGCONT');
      }
      const { tasks, tries } = await api.ended('postgres_backup', run);
      expect(tasks['database.backup[0]']).toBe(how === 'by the user' ? 'failed' : 'success');
      expect(tries['database.backup[0]']).toBe(how === 'by the user' ? 1 : 2);
      expect(await labels(stage, 'big')).toHaveLength(how === 'by the user' ? 0 : 1);
    },
  );

  test('one database over five tasks: one of them is killed in its midst, and one whole backup comes out', {
    timeout: BUSY_MS,
  }, async () => {
    await api.setVariable('BACKUP_DATABASES', ['parted']);
    await api.setVariable('BACKUP_VERIFY_LEVEL', 'content');
    const pool = { pool: 'postgres_backup', slots: PARTS + 1, include_deferred: false };
    await api.call('PATCH', '/pools/postgres_backup', pool);
    const run = await killOneReader(stage, startedInParts);
    const { state, tasks, tries } = await api.ended('postgres_backup_in_parts', run, BUSY_MS);
    const parts = Array.from({ length: PARTS - 1 }, (_, index) => `parts.part[${index}]`);
    const names = ['database', 'parts.label', 'parts.backup', ...parts, 'verify', 'rotate', 'report'];
    expect(tasks).toEqual(Object.fromEntries(names.map((name) => [name, 'success'])));
    expect(state).toBe('success');
    expect(parts.map((name) => tries[name]).sort()).toEqual([1, 1, 1, 2]);
    const label = String(xcom('postgres_backup_in_parts', run, 'label'));
    expect((await labels(stage, 'parted')).at(-1)).toBe(label);
    const mail = (await mailed('postgres_backup_in_parts succeeded')).split('<p>').find((one) => one.includes(label));
    expect(mail?.match(/part \d: 1 table, .* read by (another task|the task with the snapshot)/g)).toHaveLength(PARTS);
    expect(mail).toContain('verified: content');
  });

  test('that backup is brought back by five tasks, one of which is killed in its midst', {
    timeout: BUSY_MS,
  }, async () => {
    await stage.postgres.psql('DROP DATABASE IF EXISTS parted_back', 'postgres'); // of an earlier try
    await api.setVariable('PARALLEL_JOBS', '1'); // with more, one task could claim all tables
    const [backup] = await labels(stage, 'parted');
    const open = await shutGate(stage.postgres);
    let run = '';
    try {
      await api.unpause('postgres_restore_in_parts');
      const form = { backup, name: 'parted', into: 'parted_back', confirm: 'parted_back' };
      run = await api.trigger('postgres_restore_in_parts', form);
      const claimed = async () => (await claimedParts()).length;
      await expect.poll(claimed, { timeout: 120_000 }).toBeGreaterThan(1); // one is killed, another one loads
      const [part] = await claimedParts();
      await killTask(
        (await programs(stage)).find((one) => one.part === part),
        stage,
      );
    } finally {
      await open();
    }
    const { state, tasks, tries } = await api.ended('postgres_restore_in_parts', run, BUSY_MS);
    const parts = Array.from({ length: PARTS - 1 }, (_, index) => `parts.part[${index}]`);
    const names = ['confirmed', 'parts.restore', ...parts, 'report'];
    expect(tasks).toEqual(Object.fromEntries(names.map((name) => [name, 'success'])));
    expect(state).toBe('success');
    expect(parts.map((name) => tries[name]).sort()).toEqual([1, 1, 1, 2]);
    expect(await sumsOfLarge(stage.postgres, 'parted_back')).toBe(await sumsOfLarge(stage.postgres, 'parted'));
    const mail = await mailed('postgres_restore_in_parts succeeded');
    expect(mail).toMatch(/restored into 'parted_back': 6 tables, [\d,]+ rows, every row counted\n/);
    expect(mail).toMatch(/ part \d\/5\b.*: \d tables?, /);
  });

  test('no secret is in a log, in the metadata database, in a mail or in a file that is left', async () => {
    const logs = await textsBelow(join(stage.airflow.home));
    const others = [
      ...(await textsBelow(join(stage.folder, 'tmp'))),
      ...(await textsBelow(join(stage.folder, 'mails'))),
    ];
    const texts = new Map([...logs, ...others]);
    expect([...texts.keys()].filter((path) => path.includes('database.backup'))).not.toEqual([]);
    expect(texts.get(join(stage.airflow.home, 'airflow.db'))).toContain('older_s3');
    for (const secret of [...stage.secrets, 'canary-in-options']) {
      const found = [...texts].filter(([, text]) => text.includes(secret)).map(([path]) => path);
      expect(found, `with ${secret.slice(0, 9)}…`).toEqual([]);
    }
    // of the task that was killed by SIGKILL
    const left = [...(await textsBelow(join(stage.folder, 'tmp'))).keys()];
    expect(left.filter((path) => !path.endsWith('/result.json'))).toEqual([]);
  });
});

async function fillServer(): Promise<void> {
  const { postgres, minio } = stage;
  await minio.createBucket('older');
  for (const name of [...MANY, NASTY, 'broken', 'app_{{ ds }}']) await postgres.createDatabase(name);
  for (const name of MANY) await postgres.psql('CREATE TABLE a AS SELECT 1 AS n', name);
  await postgres.createDatabase('parted');
  await fillLargeDatabase(postgres, 'parted');
  await letLoadsWait(postgres, 'parted');
  await postgres.createDatabase('big');
  const row = 'repeat(md5(g::text) || md5((g * 7)::text), 5)';
  await postgres.psql(`CREATE TABLE a AS SELECT g, ${row} FROM generate_series(1, 400000) g`, 'big');
  // a dump that fails in its midst: the table's file is gone
  await postgres.psql('CREATE TABLE a AS SELECT 1 AS n; CHECKPOINT', 'broken');
  const file = await postgres.psql("SELECT pg_relation_filepath('a')", 'broken');
  await rm(join(postgres.dataDir, file));
  await postgres.restart();
}

/** Starts a backup in parts: that of the last midnight, which begins as soon as it may, or one more, after a first try. */
async function startedInParts(): Promise<string> {
  const dag = 'postgres_backup_in_parts';
  const sql = `SELECT run_id FROM dag_run WHERE dag_id = '${dag}'`;
  if (stage.airflow.rows(sql).length > 0) return api.trigger(dag);
  await api.unpause(dag);
  const [row] = await untilRows(stage.airflow, sql);
  return String(row?.run_id);
}

/** The parts whose tasks have claimed a table, e.g. `2/5`. */
async function claimedParts(): Promise<readonly string[]> {
  const found = await stage.postgres.psql(
    `SELECT DISTINCT substring(application_name FROM 'part (\\S+)') FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND granted AND application_name LIKE 'postgres-backuper part %' ORDER BY 1`,
    'app',
  );
  return found.split('\n').filter(Boolean);
}

function ofDatabase(index: number, state: string): Record<string, string> {
  return Object.fromEntries(
    ['check', 'backup', 'verify', 'rotate'].map((task) => [`database.${task}[${index}]`, state]),
  );
}

function databasesLike(pattern: string): Promise<string> {
  return stage.postgres.psql(`SELECT datname FROM pg_database WHERE datname LIKE '${pattern}'`);
}

function xcom(dag: string, run: string, key: string): unknown {
  const [row] = stage.airflow.rows('SELECT value FROM xcom WHERE dag_id = ? AND run_id = ? AND key = ?', dag, run, key);
  return row === undefined ? undefined : JSON.parse(String(row.value));
}

interface LogLine {
  readonly level: string;
  readonly event: string;
}

/** The lines of a task's log, all tries and databases. */
async function logOf(dag: string, run: string, task: string): Promise<readonly LogLine[]> {
  const folder = join(stage.airflow.home, 'logs', `dag_id=${dag}`, `run_id=${run}`, `task_id=${task}`);
  const texts = [...(await textsBelow(folder)).values()].map((text) => Buffer.from(text, 'latin1').toString());
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as LogLine),
  );
}

/** The text of the mails with this subject, as soon as there is one. */
async function mailed(subject: string): Promise<string> {
  await expect.poll(() => mails(subject)).not.toBe('');
  return mails(subject);
}

async function mails(subject: string): Promise<string> {
  const texts = [...(await textsBelow(join(stage.folder, 'mails'))).values()];
  const blocks = texts
    .filter((text) => text.includes(`Subject: ${subject}`))
    .flatMap((text) => text.split(/\r?\n\r?\n/));
  const html = blocks.map((block) => Buffer.from(block, 'base64').toString()).join('\n');
  return html.replaceAll('&#39;', "'").replaceAll('&#34;', '"');
}

/** How many tasks of the pool ran at one time. */
function mostAtOnce(run: string): number {
  const sql = "SELECT start_date, end_date FROM task_instance WHERE run_id = ? AND pool = 'postgres_backup'";
  const times = stage.airflow.rows(sql, run).filter(({ start_date }) => start_date !== null);
  const running = (at: string) => times.filter((one) => String(one.start_date) <= at && at < String(one.end_date));
  return Math.max(...times.map(({ start_date }) => running(String(start_date)).length));
}
