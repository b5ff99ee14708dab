import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BACKUPER_PROGRAM, type Postgres, startPostgres, tryRun } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
let postgres: Postgres;
let folder: string;
beforeAll(async () => {
  postgres = await startPostgres({ major: 18 });
  await postgres.createDatabase('shop');
  await postgres.psql('CREATE TABLE t AS SELECT generate_series(1, 42) AS n', 'shop');
  folder = await mkdtemp(join(tmpdir(), 'readme-'));
});
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

test.each(['README.md', 'README.ru.md'])('the first backup of %s works as it is written', async (page) => {
  const text = await readFile(join(root, page), 'utf8');
  const blocks = [...text.matchAll(/^```\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
  const [, backup = '', restore = ''] = blocks;
  const home = join(folder, page);
  const script = `set -eu\nmkdir -p ${home}\n${backup}${restore}`
    .replace(/^alias .*$/m, `postgres-backuper() { "${process.execPath}" "${BACKUPER_PROGRAM}" "$@"; }`)
    .replace('postgres://user:password@host/shop', `postgres://postgres@127.0.0.1:${postgres.port}/shop`)
    .replace('/var/backups/postgres', join(home, 'repository'))
    .replace('BACKUP_PRIVATE_KEY_PASSPHRASE=…', '')
    .replace('shop_restored', `shop_${page}`);
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: home,
    PG_PASSWORD: postgres.password,
    PG_BIN_DIR: postgres.binDir,
    BACKUP_PRIVATE_KEY_PASSPHRASE: 'what a user would type',
  };
  const end = await tryRun('bash', ['-c', script], { env });
  expect(end.stderr).not.toMatch(/✗/);
  expect(end.status).toBe(0);
  expect(await postgres.psql('SELECT count(*) FROM t', `shop_${page}`)).toBe('42');
  expect(await readdir(home)).toContain('backup-keys');
});
