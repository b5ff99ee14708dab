import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli, serverVariables } from '../cli/run-cli.ts';

let postgres: Postgres;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  postgres = await startPostgres({ major: 18 });
  folder = await mkdtemp(join(tmpdir(), 'server-log-'));
  env = {
    ...{ HOME: folder, TMPDIR: folder, ...serverVariables(postgres), PG_DB: 'shop', BACKUP_ENCRYPTION: 'none' },
    ...{ BACKUP_REPOSITORY: join(folder, 'repository'), BACKUP_CACHE_DIR: join(folder, 'cache') },
  };
  await postgres.createDatabase('shop');
  await postgres.psql('CREATE TABLE t AS SELECT g, md5(g::text) FROM generate_series(1, 200000) g', 'shop');
  await postgres.psql("CREATE TABLE u AS SELECT * FROM t LIMIT 9; SELECT lo_from_bytea(0, 'x')", 'shop');
});
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What the server logged while something ran, but for what servers log by themselves. */
async function logged(args: readonly string[]): Promise<readonly string[]> {
  const before = postgres.log().length;
  expect(await runCli(args, env)).toMatchObject({ status: 0 });
  const lines = postgres.log().slice(before).split('\n');
  return lines.filter((line) => line !== '' && !/LOG: {2}checkpoint /.test(line));
}

test.each([['--jobs=1'], ['--jobs=2'], ['--jobs=2 --split-tables=1MiB']])(
  'a backup with %s leaves no line in the log of the server',
  async (options) => {
    expect(await logged(['backup', ...options.split(' ')])).toEqual([]);
  },
);

test.each([
  ['a restore', ['restore', 'latest', '--into=copy']],
  ['a drill', ['verify', 'latest', '--level=restore', '--drill-on=server']],
])('%s leaves no line in the log of the server', async (_what, args) => {
  expect(await logged(args)).toEqual([]);
});
