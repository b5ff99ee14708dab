import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { begin, cli, createWorkplace, labels, untilGone, type Workplace } from '../bad-input/harness.ts';

const seed = Number(process.env.PGBACKUPER_SEED || Date.now() % 100_000);
/** Of each command. */
const KILLS = Number(process.env.PGBACKUPER_KILLS || 12);
/** A long run looks for what fails once: there is no second try. */
const LONG = process.env.PGBACKUPER_KILLS === undefined ? {} : { retry: 0 };
const ROWS = 30_000;
const BACKUPS = 6;
const KEEP_ONE = ['--keep-days', '0', '--keep-last', '1', '--keep-minimum', '1', '--force'];

describe(`SIGKILL at random moments (PGBACKUPER_SEED=${seed})`, LONG, () => {
  let server: Postgres;
  let workplace: Workplace;
  let template: string;
  let state = seed;
  const random = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };

  beforeAll(async () => {
    server = await startPostgres({ major: 18 });
    await server.createDatabase('shop');
    await server.psql(
      `CREATE TABLE a AS SELECT g, md5(g::text) AS text FROM generate_series(1, ${ROWS}) g;
       CREATE TABLE b AS SELECT * FROM a; CREATE INDEX ON b (text); SELECT lo_create(0)`,
      'shop',
    );
    workplace = await createWorkplace(server, { PGDATABASE: 'shop', BACKUP_NAME: 'shop' });
    template = `${workplace.repository}-template`;
    for (let made = 0; made < BACKUPS; made += 1) await succeed('backup', '--no-prune');
    await cp(workplace.repository, template, { recursive: true, preserveTimestamps: true });
  });
  afterAll(async () => {
    await workplace?.remove();
    await server?.stop();
  });
  beforeEach(async () => {
    await rm(workplace.repository, { recursive: true, force: true });
    await cp(template, workplace.repository, { recursive: true, preserveTimestamps: true });
  });

  async function succeed(...args: string[]): Promise<void> {
    const { status, stderr } = await cli(workplace, args);
    if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  }

  /** Kills the command at a random moment of its run, which takes `runMs`. Whether it had ended before. */
  async function kill(args: readonly string[], runMs: number): Promise<boolean> {
    const run = begin(workplace, args);
    await sleep(random() * runMs);
    run.child.kill('SIGKILL');
    const { status } = await run.ended;
    await untilGone(workplace);
    await untilServerIsIdle();
    return status === 0;
  }

  /** A backend ends the statement that it is at, such as CREATE DATABASE, before it sees that its client is gone. */
  async function untilServerIsIdle(): Promise<void> {
    const asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'postgres-backuper'";
    await expect.poll(() => server.psql(asked), { timeout: 15_000 }).toBe('0');
  }

  /** How long the command takes when nobody kills it, milliseconds. */
  async function measure(...args: string[]): Promise<number> {
    const begun = performance.now();
    await succeed(...args);
    return performance.now() - begun;
  }

  const times = Array.from({ length: KILLS }, (_, index) => index + 1);
  const whole = () => succeed('verify', '--all', '--level', 'content');

  test('backup: what counts is whole, and the next one works', { timeout: 300_000 }, async () => {
    const runMs = await measure('backup', '--no-prune');
    for (const _ of times) await kill(['backup', '--no-prune'], runMs);
    const before = await labels(workplace);
    expect(before.length).toBeLessThanOrEqual(BACKUPS + 1 + KILLS);
    await whole();
    await succeed('backup', '--no-prune');
    expect(await labels(workplace)).toHaveLength(before.length + 1);
  });

  test('prune: what it leaves is whole, the newest one stays, and the next one finishes', {
    timeout: 300_000,
  }, async () => {
    const runMs = await measure('prune', ...KEEP_ONE);
    const [newest] = await labels(workplace);
    for (const time of times) {
      await rm(workplace.repository, { recursive: true, force: true });
      await cp(template, workplace.repository, { recursive: true, preserveTimestamps: true });
      await kill(['prune', ...KEEP_ONE], runMs);
      expect(await labels(workplace)).toContain(newest);
      if (time % 4 === 0) await whole();
    }
    await succeed('prune', ...KEEP_ONE);
    expect(await labels(workplace)).toEqual([newest]);
    await whole();
  });

  test('verify: nothing changes, and the next one finds all good', { timeout: 300_000 }, async () => {
    const runMs = await measure('verify', '--all', '--level', 'content');
    const before = await labels(workplace);
    for (const _ of times) await kill(['verify', '--all', '--level', 'content'], runMs);
    expect(await labels(workplace)).toEqual(before);
    await whole();
  });

  test('restore: the new database is absent, said to be unfinished, or whole', { timeout: 300_000 }, async () => {
    const restore = ['restore', 'latest', '--into', 'copy'];
    const runMs = await measure(...restore);
    for (const _ of times) {
      await server.psql('DROP DATABASE IF EXISTS copy WITH (FORCE)');
      await kill(restore, runMs);
      expect(await stateOfCopy()).toMatch(/^(absent|unfinished|whole)$/);
    }
    await server.psql('DROP DATABASE IF EXISTS copy WITH (FORCE)');
    await succeed(...restore);
    expect(await stateOfCopy()).toBe('whole');
    expect(await server.psql('SELECT count(*) FROM a', 'shop')).toBe(String(ROWS));
  });

  /** The comment says that a restore did not end; a database that was just made is empty and has none yet. */
  async function stateOfCopy(): Promise<string> {
    const about = await server.psql(
      `SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = 'copy' UNION ALL SELECT 'end'`,
    );
    const [comment = 'end'] = about.split('\n');
    if (comment === 'end') return 'absent';
    if (comment.startsWith('unfinished:')) return 'unfinished';
    const tables = await server.psql(
      "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace",
      'copy',
    );
    if (tables === '0') return 'unfinished';
    const rows = await server.psql('SELECT (SELECT count(*) FROM a) + (SELECT count(*) FROM b)', 'copy');
    return rows === String(2 * ROWS) ? 'whole' : `${rows} rows`;
  }

  test('no temporary folder of a killed run outlives the next run', async () => {
    await succeed('list');
    expect(await readdir(join(workplace.tempDir))).toEqual([]);
  });
});
