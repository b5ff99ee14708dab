import { readdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { lockTable } from '../lock-table.ts';
import { begin, cli, createWorkplace, filesBelow, labels, untilGone, type Workplace } from './harness.ts';

const seed = Number(process.env.PGBACKUPER_SEED || Date.now() % 100_000);

/** What a cancelled run says of objects that it leaves: it had no time for them, or its commit might still appear. */
const LEFT = /stays until prune removes it|nevertheless: its commit was sent/;

describe(`signals at random moments (PGBACKUPER_SEED=${seed})`, () => {
  let server: Postgres;
  let workplace: Workplace;
  /** How long a whole run takes, milliseconds. */
  let runMs = 0;
  let state = seed;
  const random = () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  beforeAll(async () => {
    server = await startPostgres({ major: 18 });
    await server.psql('CREATE TABLE a AS SELECT g, repeat(md5(g::text), 8) AS text FROM generate_series(1, 100000) g');
    await server.psql('CREATE TABLE b AS SELECT * FROM a; CREATE TABLE c AS SELECT * FROM a; SELECT lo_create(0)');
    const first = await createWorkplace(server);
    const begun = performance.now();
    expect(await cli(first, ['backup'])).toMatchObject({ status: 0 });
    runMs = performance.now() - begun;
    await first.remove();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    workplace = await createWorkplace(server);
  });
  afterEach(() => workplace.remove());

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: children gone within 5 s, exit %i, no half backup', async (signal, status) => {
    let [committed, left] = [0, 0];
    for (let time = 0; time < 6; time++) {
      const run = begin(workplace, ['backup']);
      await run.says(/check/); // before it listens, a signal ends it like any program
      await sleep(random() * runMs);
      run.child.kill(signal);
      const begun = performance.now();
      const end = await run.ended;
      await untilGone(workplace);
      expect(performance.now() - begun).toBeLessThan(5000);
      const isThere = (await labels(workplace)).length > committed; // also when the cancel came after the commit
      if (end.status === 0) expect(isThere).toBe(true);
      else expect(end).toMatchObject({ status });
      if (isThere) committed += 1;
      expect(await filesBelow(workplace.tempDir)).toEqual({ all: [], regular: [] });
      expect(await labels(workplace)).toHaveLength(committed);
      if (!isThere && LEFT.test(end.stderr.replaceAll(/\s+/g, ' '))) left += 1;
      expect(await namesBelow(`${workplace.repository}/${server.env.PGDATABASE}/data`)).toHaveLength(committed + left);
    }
    if (committed > 0)
      expect(await cli(workplace, ['verify', '--all', '--level', 'content'])).toMatchObject({ status: 0 });
  });

  test('kill -9: no regular file of the dump ever, nothing half-made counts, and the next backup works', async () => {
    const unlock = await lockTable(server, 'c', 'postgres'); // the first one cannot be over when it is killed
    for (let time = 0; time < 4; time++) {
      const run = begin(workplace, ['backup']);
      if (time === 0)
        await server.until("EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'c'::regclass)");
      else await run.says(/dumping/);
      const seen = watchRegularFiles(workplace, () => run.child.exitCode === null && run.child.signalCode === null);
      await sleep((random() * runMs) / 2);
      run.child.kill('SIGKILL');
      await run.ended;
      await unlock();
      expect(await seen).toEqual([]);
      await untilGone(workplace);
      expect((await filesBelow(workplace.tempDir)).regular).toEqual([]);
    }
    const before = await labels(workplace);
    expect(before.length).toBeLessThan(4);
    expect(await cli(workplace, ['backup'])).toMatchObject({ status: 0 });
    expect(await labels(workplace)).toHaveLength(before.length + 1);
    expect(await cli(workplace, ['verify', 'latest', '--level', 'content'])).toMatchObject({ status: 0 });
  });

  test('two backups at once in one repository are two backups', async () => {
    const ends = await Promise.all([cli(workplace, ['backup']), cli(workplace, ['backup'])]);
    expect(ends.map(({ status }) => status)).toEqual([0, 0]);
    const both = await labels(workplace);
    expect(new Set(both).size).toBe(2);
    expect(await cli(workplace, ['verify', '--all', '--level', 'content'])).toMatchObject({ status: 0 });
    await untilGone(workplace);
  });
});

async function namesBelow(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

/** Regular files that appeared below the temporary folder while something ran. */
async function watchRegularFiles(workplace: Workplace, isRunning: () => boolean): Promise<readonly string[]> {
  const seen = new Set<string>();
  while (isRunning()) {
    for (const file of (await filesBelow(workplace.tempDir)).regular) seen.add(file);
    await sleep(10);
  }
  return [...seen];
}
