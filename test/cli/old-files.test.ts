import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { createOpenPgpCipher } from '@postgres-backuper/openpgp';
import { createS3Storage, parseEndpoint } from '@postgres-backuper/storage-s3';
import { type Postgres, type S3Server, startMinio, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

const FILE = 'backup_20240315_120000.sql.gz';
let server: Postgres;
let minio: S3Server;
let bucket: ReturnType<typeof createS3Storage>;
let dump: string;
let folderPath: string;

beforeAll(async () => {
  server = await startPostgres({ major: 14 });
  minio = await startMinio();
  await minio.createBucket('backups');
  await server.createDatabase('shop');
  await server.psql('CREATE TABLE orders AS SELECT generate_series(1, 100) AS id', 'shop');
  const { stdout } = await promisify(execFile)(join(server.binDir, 'pg_dump'), {
    env: { ...server.env, PGDATABASE: 'shop' },
  });
  const credentials = { accessKeyId: minio.accessKey, secretAccessKey: minio.secretKey };
  bucket = createS3Storage({
    bucket: 'backups',
    prefix: '',
    endpoint: parseEndpoint(minio.endpoint),
    credentials,
  });
  dump = stdout;
  for (const folder of ['backups', 'backups/postgres', 'own/path']) {
    await bucket.put(`${folder}/${FILE}`, gzipSync(stdout));
  }
  folderPath = await mkdtemp(join(tmpdir(), 'old-files-'));
});
afterAll(async () => {
  await server?.stop();
  await minio?.stop();
  await rm(folderPath, { recursive: true, force: true });
});

const variables = () => ({
  ...{ PG_HOST: server.host, PG_PORT: String(server.port), PG_USER: server.user, PG_PASSWORD: server.password },
  ...{ PG_DB: 'shop', BACKUP_PG_BIN_DIR: server.binDir, MINIO_ENDPOINT: minio.endpoint, MINIO_BUCKET: 'backups' },
  ...{ MINIO_ACCESS_KEY: minio.accessKey, MINIO_SECRET_KEY: minio.secretKey },
});

let count = 0;
/** Restores into a new database and counts what is there. */
async function restored(source: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  count += 1;
  const end = await runCli(['restore', source, '--into', `old_${count}`], { ...variables(), ...more });
  if (end.status !== 0) return `${end.status} ${end.stderr}`;
  return server.psql('SELECT count(*) FROM orders', `old_${count}`);
}

it("lists what the original's script stored in the bucket, as restore takes it, with its variables alone", async () => {
  const own = await runCli(['list', '--legacy'], { ...variables(), MINIO_BACKUP_PATH: 'own/path' });
  const usual = await runCli(['list', '--legacy'], variables());
  const sources = (text: string): string[] => text.match(/s3:\S+/g) ?? [];
  expect(sources(own.stdout)).toContain(`s3://backups/own/path/${FILE}`);
  const expected = [`s3://backups/backups/${FILE}`, `s3://backups/backups/postgres/${FILE}`];
  expect(sources(usual.stdout).sort()).toEqual(expected);
  for (const source of [...expected, `s3://backups/own/path/${FILE}`]) expect(await restored(source)).toBe('100');
});

it('finds a key by its name alone, and whole', async () => {
  expect(await restored(FILE)).toBe('100');
  expect(await restored(`own/path/${FILE}`)).toBe('100');
  expect(await restored(`backup_20240315_120001.sql.gz`)).toMatch(
    /^2 .*there is no file 'backup_20240315_120001.sql.gz'/s,
  );
});

it('takes a file of a directory as it lists it, and needs no repository for a path', async () => {
  const file = join(folderPath, FILE);
  await writeFile(file, gzipSync(dump));
  const place = { BACKUP_REPOSITORY: folderPath, MINIO_BUCKET: '' };
  expect(await runCli(['list', '--legacy'], { ...variables(), ...place })).toMatchObject({
    stdout: expect.stringContaining(file),
  });
  expect(await restored(file, { MINIO_BUCKET: '' })).toBe('100');
});

it('takes a directory of pg_dump below a prefix, and an encrypted file with the passphrase of the settings', async () => {
  const folder = join(await mkdtemp(join(folderPath, 'dumped-')), 'directory');
  const own = `dumps-${randomBytes(4).toString('hex')}`;
  const env = { ...server.env, PGDATABASE: 'shop' };
  await promisify(execFile)(join(server.binDir, 'pg_dump'), ['-Fd', `--file=${folder}`], { env });
  for (const name of await readdir(folder)) {
    await bucket.put(`${own}/shop/${name}`, await readFile(join(folder, name)));
  }
  expect(await restored(`s3://backups/${own}/shop/`)).toBe('100');
  const cipher = await createOpenPgpCipher({ publicKeys: [], passphrase: 'secret-of-the-file', now: Date.now() });
  await bucket.put(`${own}/shop.sql.gpg`, await cipher.encrypt(Buffer.from(dump)));
  expect(await restored(`s3://backups/${own}/shop.sql.gpg`)).toMatch(/^2 .*is encrypted.*BACKUP_PASSPHRASE/s);
  expect(await restored(`${own}/shop.sql.gpg`, { BACKUP_PASSPHRASE: 'secret-of-the-file' })).toBe('100');
});

it.each(['none.dump', './none.tar', 'none.tar.gz', 's3://backups/none.sql'])(
  'says that %s is missing',
  async (source) => {
    expect(await restored(source, { MINIO_BUCKET: '' })).toMatch(/^2 .*there is no file /s);
  },
);

it.each([
  [['--table', 'a.b'], '--table'],
  [['--globals'], '--globals restores no database'],
])('refuses %s with a file', async (args, message) => {
  const end = await runCli(['restore', FILE, '--into', 'x', ...args], variables());
  expect(end).toMatchObject({ status: 2, stderr: expect.stringContaining(message) });
});
