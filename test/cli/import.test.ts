import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { createOpenPgpCipher } from '@postgres-backuper/openpgp';
import {
  BACKUPER_PROGRAM,
  type Postgres,
  run,
  snapshotOf,
  startPostgres,
  testMajors,
  tryRun,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliEnd, runCli, serverVariables } from './run-cli.ts';

const SCHEMA = `
  CREATE TABLE public.orders (id integer PRIMARY KEY, owner name DEFAULT current_user, note text);
  INSERT INTO orders SELECT i, 'a', repeat('ü', i % 50) FROM generate_series(1, 1000) AS i;
  CREATE MATERIALIZED VIEW big AS SELECT * FROM orders WHERE id > 900;
  ALTER TABLE orders OWNER TO "Shop Owner"; ALTER MATERIALIZED VIEW big OWNER TO "Shop Owner";
  GRANT SELECT (id), UPDATE (note) ON orders TO shop_reader;
  ALTER TABLE orders ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON orders TO shop_reader USING (owner = current_user);
  ALTER DEFAULT PRIVILEGES FOR ROLE "Shop Owner" GRANT SELECT ON TABLES TO shop_reader;
  -- the tablespace degrades drills: their servers lack it
  CREATE TABLE fast (i int) TABLESPACE shop_fast; INSERT INTO fast VALUES (1);
  SELECT lo_from_bytea(4711, 'large');`;

describe.each(testMajors())('import of old files of PostgreSQL %i', (major) => {
  const isOldest = major === testMajors()[0] && testMajors().length > 1; // the rest is the same on all
  let server: Postgres;
  let folder: string;
  let script: string;
  beforeAll(async () => {
    [server, folder] = await Promise.all([startPostgres({ major }), mkdtemp(join(tmpdir(), 'import-'))]);
    await server.psql('CREATE ROLE "Shop Owner"; CREATE ROLE shop_reader LOGIN');
    await server.psql("SET allow_in_place_tablespaces = on;\nCREATE TABLESPACE shop_fast LOCATION ''");
    await server.createDatabase('shop');
    await server.psql(SCHEMA, 'shop');
    script = await pgDump([]);
    await pgDump(['-Fc', '-f', join(folder, 'shop.dump')]);
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const pgDump = (args: readonly string[], program = 'pg_dump') =>
    run(join(server.binDir, program), [...args], { env: { ...server.env, PGDATABASE: 'shop' } });
  const repository = (name: string) => join(folder, name);
  const variables = (name: string) => ({
    ...serverVariables(server),
    ...{ BACKUP_REPOSITORY: repository(name), BACKUP_ENCRYPTION: 'none', PG_DB: 'shop', TMPDIR: folder },
  });
  const cli = (place: string, args: readonly string[], more = {}): Promise<CliEnd> =>
    runCli([...args], { ...variables(place), ...more });
  const file = async (name: string, content: string | Buffer) => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };

  it('makes a backup as old as the file, which is proven and restored like any other', async () => {
    await rm(repository('a'), { recursive: true, force: true });
    const old = await file('backup_20240315_120000.sql.gz', gzipSync(script));
    const made = await cli('a', ['import', old, '--verify', 'restore', '--json'], { PG_HOST: 'nowhere.invalid' });
    expect(made).toMatchObject({ status: 0 });
    const [backup] = JSON.parse(made.stdout).result.backups;
    expect(backup).toMatchObject({ imported: true, name: 'shop', server: 'backup_20240315_120000.sql.gz' });
    expect(backup.label).toMatch(/^backup_20240315_120000_/);
    expect(backup.warnings).toContainEqual(expect.stringMatching(/roles .*not in this backup/));
    expect(backup.warnings).toContainEqual(expect.stringMatching(/'Shop Owner', 'shop_reader'/));
    expect((await cli('a', ['list'])).stdout).toMatch(
      /backup_20240315_120000_\S+ +shop .* imported .*! restore: degraded/,
    );
    expect(await cli('a', ['restore', 'latest', '--into', `again_${major}`])).toMatchObject({ status: 0 });
    const [again, original] = [await snapshotOf(server, `again_${major}`), await snapshotOf(server, 'shop')];
    expect({ ...again, database: null }).toEqual({ ...original, database: null });
  });

  it('asserts what the rows say in the drill of a backup as well', async () => {
    const rows = await file('rows.sql', "SELECT 'many' AS name, count(*) > 5000 AS ok, '' AS detail FROM orders");
    const few = await file('few.sql', "SELECT 'some' AS name, count(*) > 5 AS ok, '' AS detail FROM orders");
    await rm(repository('drilled'), { recursive: true, force: true });
    const useless = await cli('drilled', ['backup', '--assert', few]);
    expect(useless).toMatchObject({ status: 2, stderr: expect.stringContaining('--verify restore') });
    expect(await cli('drilled', ['backup', '--verify', 'restore', '--assert', few])).toMatchObject({ status: 0 });
    const unmet = await cli('drilled', ['backup', '--verify', 'restore', '--assert', few, '--assert', rows]);
    expect(unmet).toMatchObject({ status: 1, stderr: expect.stringContaining("1 of 2 assertions failed: 'many'") });
    expect((await cli('drilled', ['list'])).stdout.match(/restore: degraded/g)).toHaveLength(2);
  });

  it('says in commit and catalog where it is from, and nothing of the server that it was loaded into', async () => {
    const commits = join(repository('a'), 'shop', 'backups');
    const [name = ''] = await readdir(commits);
    const commit = JSON.parse(await readFile(join(commits, name), 'utf8'));
    expect(commit).toMatchObject({ imported: true, startedAt: '2024-03-15T12:00:00.000Z' });
    expect(commit.database).toMatchObject({ systemIdentifier: null, name: 'shop', host: 'imported' });
    const sha256 = createHash('sha256').update(await readFile(join(folder, 'backup_20240315_120000.sql.gz')));
    const shown = JSON.parse((await cli('a', ['show', 'latest', '--json'])).stdout).result;
    expect(shown.origin).toMatchObject({
      ...{ file: 'backup_20240315_120000.sql.gz', sha256: sha256.digest('hex') },
      serverVersion: server.version,
    });
  });

  it.skipIf(isOldest)('takes every form that restore takes, each once', async () => {
    const directory = join(folder, 'directory');
    await rm(directory, { recursive: true, force: true });
    await rm(repository('forms'), { recursive: true, force: true });
    await pgDump(['-Fd', '-f', directory]);
    await pgDump(['-Ft', '-f', join(folder, 'shop.tar')]);
    await file('shop.sql.zst', zstdCompressSync(script));
    const keys = { publicKeys: [], passphrase: 'of the file', now: Date.now() };
    const locked = await (await createOpenPgpCipher(keys)).encrypt(gzipSync(script));
    await file('shop.sql.gz.gpg', Buffer.from(locked));
    await file('all.sql', await pgDump([], 'pg_dumpall'));
    const sources = [
      ['directory'],
      ['shop.dump'],
      ['shop.tar'],
      ['shop.sql.zst'],
      ['shop.sql.gz.gpg'],
      ['all.sql', '--database', 'shop'],
    ];
    for (const [index, [name = '', ...more]] of sources.entries()) {
      const args = ['import', join(folder, name), '--date', `2023-01-0${index + 1}T10:00Z`, ...more];
      expect([name, await cli('forms', args, { BACKUP_PASSPHRASE: 'of the file' })]).toMatchObject([
        name,
        { status: 0 },
      ]);
    }
    const again = await cli('forms', ['import', directory, '--date', '2023-01-01T10:00Z']);
    expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('is of the same second already') });
    expect(again.stderr).not.toContain('reading the whole');
    const { backups } = JSON.parse((await cli('forms', ['list', '--json'])).stdout).result.repositories[0];
    expect(backups.map(({ totals }: { totals: { rows: number } }) => totals.rows)).toEqual(sources.map(() => 1001));
  });

  it.skipIf(isOldest)('works as docs/import.md says', async () => {
    const page = await readFile(join(import.meta.dirname, '../../docs/import.md'), 'utf8');
    const [, block = ''] = /^```\n([\s\S]*?)^```$/m.exec(page) ?? [];
    await rm(repository('page'), { recursive: true, force: true });
    await mkdir(join(folder, 'old'), { recursive: true });
    for (const day of ['01', '02']) await file(`old/backup_202403${day}_120000.sql.gz`, gzipSync(script));
    const us = `postgres-backuper() { "${process.execPath}" "${BACKUPER_PROGRAM}" "$@"; }`;
    const env = { PATH: '/usr/bin:/bin', ...variables('page') };
    const end = await tryRun('bash', ['-c', `set -eu\ncd ${folder}\n${us}\n${block}`], { env });
    expect(end, end.stderr).toMatchObject({ status: 0 });
    expect(end.stdout.match(/backup_2024030[12]_120000_\w+ +shop .*imported.*! restore: degraded/g)).toHaveLength(2);
  });

  it.skipIf(isOldest)('counts by its date when backups expire, and warns of no other server', async () => {
    const days = (count: number) => new Date(Date.now() - count * 86_400_000).toISOString();
    await rm(repository('p'), { recursive: true, force: true });
    for (const age of [100, 20, 10])
      expect(await cli('p', ['import', join(folder, 'shop.dump'), '--date', days(age)])).toMatchObject({ status: 0 });
    const backup = await cli('p', ['backup', '--no-prune']);
    expect(backup).toMatchObject({ status: 0, stderr: expect.not.stringMatching(/newest backup of 'shop'/) });
    expect((await cli('p', ['check'])).stdout).not.toMatch(/newest backup of 'shop'/);
    const planned = await cli('p', ['prune', '--dry-run', '--keep-days', '30', '--json']);
    const [{ backups, refusals }] = JSON.parse(planned.stdout).result.repositories;
    expect(backups.map(({ action }: { action: string }) => action)).toEqual(['keep', 'keep', 'keep', 'delete']);
    expect(refusals).toEqual([]);
  });

  it.skipIf(isOldest)('refuses a file that does not say when it was made, or says a time to come', async () => {
    const plain = await cli('r', ['import', join(folder, 'shop.dump')]);
    expect(plain).toMatchObject({ status: 2, stderr: expect.stringContaining('--date') });
    const later = await cli('r', ['import', join(folder, 'shop.dump'), '--date', '2999-01-01']);
    expect(later).toMatchObject({ status: 2, stderr: expect.stringContaining('to come') });
    const odd = await cli('r', ['import', join(folder, 'backup_20240231_120000.sql')]);
    expect(odd).toMatchObject({ status: 2, stderr: expect.stringContaining('when it was made') });
  });

  it.skipIf(isOldest)('leaves nothing when the file cannot be loaded', async () => {
    const bad = await file(
      'backup_20240101_000000.sql',
      `${script.replace('INSERT', '')}`.replace(/^CREATE TABLE public.orders/m, 'SELECT 1/0; $&'),
    );
    const end = await cli('bad', ['import', bad]);
    expect(end).toMatchObject({ status: 1, stderr: expect.stringContaining('division by zero') });
    expect(JSON.parse((await cli('bad', ['list', '--json'])).stdout).result.repositories[0].backups).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.startsWith('postgres-backuper'))).toEqual([]);
  });

  it.skipIf(isOldest).each(['SIGINT', 'SIGKILL'] as const)(
    'leaves no backup, server or folder after %s',
    async (signal) => {
      const slow = await file(
        'backup_20240102_000000.sql',
        script.replace(/^CREATE TABLE public.orders/m, 'SELECT pg_sleep(60); $&'),
      );
      const end = await runCli(['import', slow], variables('killed'), (child) => {
        child.stderr?.on(
          'data',
          (text: string) => text.includes('loading') && setTimeout(() => child.kill(signal), 500),
        );
      });
      expect(end.status).toBe(signal === 'SIGINT' ? 130 : null);
      const left = async () => (await run('ps', ['-eo', 'args'])).split('\n').filter((line) => line.includes(folder));
      await expect.poll(left).toEqual([]);
      const listed = await cli('killed', ['list', '--json']); // the next run removes the folder of a dead one
      expect(JSON.parse(listed.stdout).result.repositories[0].backups).toEqual([]);
      expect((await readdir(folder)).filter((name) => name.startsWith('postgres-backuper'))).toEqual([]);
    },
  );
});
