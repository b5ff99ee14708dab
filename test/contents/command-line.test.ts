import { statSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BACKUPER_PROGRAM, type Postgres, startPostgres, tryRun } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli } from '../cli/run-cli.ts';

const BEFORE = `
  CREATE TABLE large AS SELECT g AS id, sha512(g::text::bytea)::text || sha512((g + 1)::text::bytea)::text AS noise
    FROM generate_series(1, 90000) g;
  CREATE TABLE orders (id int PRIMARY KEY, note text, old int); INSERT INTO orders SELECT g, 'n' || g, g FROM generate_series(1, 10) g;
  CREATE TABLE gone_soon (id int); CREATE TABLE "Same" AS SELECT 1 AS n; CREATE VIEW v AS SELECT 1 AS a; SELECT lo_from_bytea(0, 'x');
  COMMENT ON DATABASE shop IS 'of the shop'; ALTER DATABASE shop SET work_mem = '8MB'`;
const AFTER = `
  ALTER TABLE orders DROP COLUMN old, ADD COLUMN added int; INSERT INTO orders VALUES (11, 'x', 1);
  DROP TABLE gone_soon; CREATE TABLE come (id int); CREATE OR REPLACE VIEW v AS SELECT 2 AS a; CREATE INDEX i ON orders (note);
  COMMENT ON DATABASE shop IS 'of the new shop'`;

let postgres: Postgres;
let folder: string;
let env: Record<string, string>;
const labels: string[] = [];

beforeAll(async () => {
  postgres = await startPostgres({ major: 18 });
  folder = await mkdtemp(join(tmpdir(), 'contents-'));
  await postgres.createDatabase('shop');
  env = {
    ...{ ...postgres.env, PGDATABASE: 'shop', PG_BIN_DIR: postgres.binDir, HOME: folder, TMPDIR: folder },
    BACKUP_REPOSITORY: join(folder, 'repository'),
    BACKUP_PRIVATE_KEY_PASSPHRASE: 'x',
    BACKUP_PUBLIC_KEY: join(folder, 'backup-public.asc'),
    BACKUP_PRIVATE_KEY: join(folder, 'backup-private.asc'),
  };
  await succeed(['keygen', '--output', folder]);
  for (const sql of [BEFORE, AFTER]) {
    await postgres.psql(sql, 'shop');
    const { stdout } = await succeed(['backup', '--json', '--exclude-table-data', 'none_such']);
    labels.push(JSON.parse(stdout).result.backups[0].label);
  }
});
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function succeed(args: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const end = await runCli(args, { ...env, ...more });
  expect(end.status, end.stderr).toBe(0);
  return end;
}

/** In a shell with our program as `$backuper`. */
function inShell(script: string) {
  return tryRun('bash', ['-c', `backuper="${process.execPath} ${BACKUPER_PROGRAM}"; ${script}`], {
    env: { PATH: '/usr/bin:/bin', ...env },
  });
}

test('on a CI system standard output holds the rows alone, the log is on standard error', async () => {
  const report = join(folder, 'result.json');
  const words = ['cat', labels[0] as string, 'public.orders', '--format', 'csv', '--result-file', report];
  const { stdout, stderr } = await succeed(words, { TEAMCITY_VERSION: '2026.1', GITHUB_ACTIONS: 'true' });
  expect(stdout.split('\n').slice(0, 3)).toEqual(['id,note,old', '1,n1,1', '2,n2,2']);
  expect(stderr).toContain("10 rows of 'public.orders', 85 B: every hash is right");
  const { result } = JSON.parse(await readFile(report, 'utf8'));
  expect(result).toMatchObject({ label: labels[0], tables: ['public.orders'], rows: 10, whole: true });
});

test('a reader that ends early is no error', async () => {
  const { stdout, stderr } = await inShell('$backuper cat latest large | head -n 1; echo "status $PIPESTATUS"');
  expect(stdout).toMatch(/^1\t\\\\x[0-9a-f]+\S*\nstatus 0\n$/);
  expect(stderr).not.toMatch(/✗|hash/);
});

test('a full disk is an error that says that the output is incomplete', async () => {
  const { status, stderr } = await inShell('$backuper cat latest large > /dev/full');
  expect(status).toBe(1);
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain('no space is left for standard output (ENOSPC); what was written');
});

test.each([
  ['cat latest large', 'no space is left for standard output (EFBIG); what was written'],
  ['show --help', 'standard output could not be written (EFBIG)'],
])('output that is cut by a full disk is an error: %s', async (words, text) => {
  const { status, stderr } = await inShell(`ulimit -f 1; $backuper ${words} > ${join(folder, 'cut')}`);
  expect(status).toBe(1);
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(text);
});

test.each([
  [['cat', 'public.orders'], {}, 'no backup is chosen'],
  [['cat', 'latest', 'orders', '--json'], {}, "--json is not an option of 'cat'"],
  [['cat', 'latest', 'orders'], { BACKUP_PRIVATE_KEY: '' }, 'is encrypted: the private key'],
  [['show', 'latest', '--table', 'order'], {}, "did you mean 'public.orders'?"],
])('%j ends with 2 and no output', async (words, more, text) => {
  const { status, stdout, stderr } = await runCli(words, { ...env, ...more });
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain(text);
});

test('with the key of somebody else nothing is written', async () => {
  const other = await mkdtemp(join(folder, 'other-'));
  await succeed(['keygen', '--output', other]);
  const keys = { BACKUP_PRIVATE_KEY: join(other, 'backup-private.asc') };
  const { status, stdout } = await runCli(['cat', 'latest', 'orders'], { ...env, ...keys });
  expect([status, stdout]).toEqual([2, '']);
});

test('show lists what the catalog knows, the largest table first', async () => {
  const { stdout } = await succeed(['show', labels[0] as string]);
  expect(stdout).toMatch(/^backup +backup_\w+ of 'shop', 20/);
  expect(stdout).toMatch(/^database +'shop' of postgres, UTF8, /m);
  expect(stdout).toMatch(/^setting +work_mem=8MB$/m);
  expect(stdout).toMatch(/^large objects +\d/m);
  expect(stdout).toMatch(/^left out +--exclude-table-data none_such$/m);
  expect(stdout).toMatch(/\ntable +rows +size +stored\npublic\.large +90,000 +\S+ MiB +~ \S+ MiB\npublic\.orders +10 /);
  const { result } = JSON.parse((await succeed(['show', '--json', '--table', 'o*', '--table', '"Same"'])).stdout);
  expect(result.tables).toMatchObject([
    { schema: 'public', table: 'orders', rows: 11, columns: ['id', 'note', 'added'] },
    { schema: 'public', table: 'Same', rows: 1 },
  ]);
  expect(result.totals.tables).toBe(4);
});

test('diff names tables, columns and objects that differ', async () => {
  const { stdout } = await succeed(['diff', labels[0] as string, 'latest']);
  const lines = stdout.split('\n').map((line) => line.trim().replaceAll(/ {2,}/g, ' | '));
  expect(lines).toEqual(
    expect.arrayContaining([
      '+ public.come | 0 | 0 B',
      '- public.gone_soon | 0 | 0 B',
      '~ public.orders | 11 | 10 | 89 B | 73 B | + added, - old',
      '+ INDEX public.i',
      '~ VIEW public.v',
      '~ comment',
      '3 of 5 tables differ',
    ]),
  );
  expect(stdout).not.toContain('large');
  const json = await runCli(['diff', labels[0] as string, 'latest', '--exit-code', '--json'], env);
  expect(json.status).toBe(1);
  const { result, error } = JSON.parse(json.stdout);
  expect(error).toBeUndefined();
  expect(result.tables.map((one: { table: string; change: string }) => [one.table, one.change])).toEqual([
    ...[
      ['Same', 'same'],
      ['come', 'new'],
      ['gone_soon', 'gone'],
      ['large', 'same'],
      ['orders', 'changed'],
    ],
  ]);
  const same = await succeed(['diff', 'latest', labels[1] as string, '--exit-code']);
  expect(same.stdout).toMatch(/\nno difference: 4 tables with the same rows, the same definitions\n$/);
});

/** Runs the examples of a section of docs/restore.md, of which there are as many. Returns standard output. */
async function runExamples(title: string, examples: number): Promise<string> {
  const page = await readFile(join(import.meta.dirname, '../../docs/restore.md'), 'utf8');
  const [, section = ''] = page.split(`## ${title}\n`);
  const blocks = [...(section.split('\n## ')[0] ?? '').matchAll(/^```\n([\s\S]*?)^```$/gm)].map(([, text]) => text);
  expect(blocks).toHaveLength(examples);
  const us = 'postgres-backuper() { $backuper "$@"; }';
  const path = `PATH="${postgres.binDir}:$PATH"; BEFORE=${labels[0]}; cd ${folder}`;
  const { status, stdout, stderr } = await inShell(`set -eu; ${us}; ${path}\n${blocks.join('')}`);
  expect(status, stderr).toBe(0);
  return stdout;
}

test('the examples of docs/restore.md fill an empty database, replace one and go back', async () => {
  await postgres.psql("CREATE TABLE IF NOT EXISTS living (); COMMENT ON DATABASE shop IS 'living'", 'shop');
  expect(await runExamples('Into a database that exists', 1)).toContain("is restored as 'shop_empty'");
  expect(await postgres.psql('SELECT count(*) FROM orders', 'shop_empty')).toBe('11');
  const stdout = await runExamples('In place of a database', 1);
  expect(stdout).toContain("is restored as 'shop'");
  const [kept = ''] = /shop_restored_\w+/.exec(stdout) ?? [];
  expect(await postgres.psql("SELECT to_regclass('living')", 'shop')).toBe('living');
  expect(await postgres.psql("SELECT to_regclass('living')", kept)).toBe('');
  await postgres.psql('DROP TABLE living', 'shop');
});

test('the examples of docs/restore.md bring a row back', async () => {
  await postgres.psql('DELETE FROM orders WHERE id = 7', 'shop');
  const stdout = await runExamples('One table or one row, without a server', 3);
  expect(stdout).toContain('1\tn1\t');
  expect(stdout).toContain('~ VIEW public.v');
  expect(await postgres.psql('SELECT id, note FROM orders WHERE id = 7', 'shop')).toBe('7|n7');
});

test('the examples of docs/restore.md bring old rows beside the living ones', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/restore.md'), 'utf8');
  const [, section = ''] = page.split('## Old rows beside the living ones\n');
  const [block = ''] = [...section.matchAll(/^```\n([\s\S]*?)^```$/gm)].map(([, text]) => text);
  const us = 'postgres-backuper() { $backuper "$@"; }';
  const path = `PATH="${postgres.binDir}:$PATH"; cd ${folder}`;
  const { status, stdout, stderr } = await inShell(`set -eu; ${us}; ${path}\n${block}`);
  expect(status, stderr).toBe(0);
  expect(stdout).toContain("are in the schema 'before' of 'shop'");
  expect(stdout).toMatch(/count *\n-+\n +11\n/);
});

test('the examples of docs/restore.md replace the rows of a table that exists', async () => {
  const page = await readFile(join(import.meta.dirname, '../../docs/restore.md'), 'utf8');
  const [, section = ''] = page.split('## Rows into tables that exist\n');
  const [block = ''] = [...(section.split('\n## ')[0] ?? '').matchAll(/^```\n([\s\S]*?)^```$/gm)].map(
    ([, text]) => text,
  );
  const rows = "SELECT string_agg(o::text, ' ' ORDER BY id) FROM orders o";
  const before = await postgres.psql(rows, 'shop');
  await postgres.psql("UPDATE orders SET note = 'wrong' WHERE id < 5", 'shop');
  const us = 'postgres-backuper() { $backuper "$@"; }';
  const { status, stdout, stderr } = await inShell(`set -eu; ${us}; cd ${folder}\n${block}`);
  expect(status, stderr).toBe(0);
  expect(stdout).toMatch(/public\.orders +11 +11/);
  expect(stdout).toContain("are in 'shop', in place of those that were there");
  expect(await postgres.psql(rows, 'shop')).toBe(before);
});

test('damage in the middle ends with 3: what was written before must not be used', async () => {
  const data = join(folder, 'repository/shop/data', labels[0] as string);
  const sizes = (await readdir(data)).sort().map((name) => ({ name, sizeBytes: statSync(join(data, name)).size }));
  const [, second] = sizes.filter(({ sizeBytes }) => sizeBytes > 1024 * 1024); // those of the large table
  const segment = join(data, second?.name ?? '');
  const whole = await readFile(segment);
  await writeFile(segment, whole.with(1000, (whole[1000] ?? 0) ^ 1));
  const { status, stdout, stderr } = await runCli(['cat', labels[0] as string, 'large'], env);
  await writeFile(segment, whole); // for another try
  expect(status).toBe(3);
  expect(stdout).toMatch(/^1\t/);
  expect(stdout.split('\n').length).toBeLessThan(90_000);
  expect(stderr.replaceAll(/\s+/g, ' ')).toContain('what was written to standard output is incomplete and must not be');
});
