import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { restoreLegacy } from '@postgres-backuper/legacy';
import { createMessageReader, generateKeyPair } from '@postgres-backuper/openpgp';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { beginGpgHome, type GpgHome } from '../openpgp/gpg-home.ts';
import { createPlace, type Place, serverOf } from './harness.ts';

const run = promisify(execFile);
const PASSPHRASE = 'forms-of-old-files';
let postgres: Postgres;
let place: Place;
let gpg: GpgHome;
let recipient: string;
let decrypt: ReturnType<typeof createMessageReader>;
let expected: string;

beforeAll(async () => {
  [postgres, place] = await Promise.all([startPostgres({ major: 18 }), createPlace()]);
  gpg = beginGpgHome();
  const pair = await generateKeyPair({ passphrase: PASSPHRASE, now: Date.now() });
  await gpg.gpg(['--import'], pair.publicKey);
  recipient = pair.fingerprint;
  decrypt = createMessageReader({
    ...{ privateKeys: [pair.privateKey], privateKeyPassphrase: PASSPHRASE },
    passphrase: PASSPHRASE,
  });
  await postgres.createDatabase('shop', "TEMPLATE template0 ENCODING 'UTF8'");
  await postgres.psql(
    `CREATE TABLE t (n int PRIMARY KEY, v text); INSERT INTO t SELECT i, 'Grüße ' || i || E'\\n\\\\.\\t' FROM generate_series(1, 3000) i;
     CREATE FUNCTION twice(i int) RETURNS int LANGUAGE sql AS $$\nSELECT 2 * i;\n$$; SELECT lo_from_bytea(0, '\\xff00')`,
    'shop',
  );
  expected = await contents('shop');
});
afterAll(async () => {
  gpg?.end();
  await postgres?.stop();
  await place?.remove();
});

const contents = (database: string) =>
  postgres.psql(
    `SELECT count(*), md5(string_agg(n || v, ',' ORDER BY n)), twice(4), (SELECT count(*) FROM pg_largeobject) FROM t`,
    database,
  );
const exists = async (name: string) =>
  (await postgres.psql(`SELECT count(*) FROM pg_database WHERE datname = '${name}'`)) === '1';

const load = (source: string) =>
  restoreLegacy(
    { source, into: 'loaded', maintenanceDatabases: ['postgres'] },
    {
      server: serverOf(postgres, 'postgres'),
      places: [{ address: '', storage: place.repository.storage, folders: [''] }],
      decrypt,
    },
    place.context(),
  );

async function dump(...args: string[]): Promise<Buffer> {
  const options = { env: { ...postgres.env }, encoding: 'buffer', maxBuffer: 1 << 28 } as const;
  return (await run(join(postgres.binDir, 'pg_dump'), [...args, 'shop'], options)).stdout;
}

/** In the place of that of a first try. */
async function put(key: string, content: Buffer): Promise<void> {
  await place.repository.storage.remove([key]);
  await place.repository.storage.put(key, content);
}

async function write(name: string, content: Buffer): Promise<string> {
  const path = join(place.directory, name);
  await writeFile(path, content);
  return path;
}

const forKey = (plain: Buffer, ...more: string[]) =>
  gpg.gpg(['--trust-model', 'always', '--recipient', recipient, ...more, '--encrypt'], plain);
const symmetric = (plain: Buffer) =>
  gpg.gpg(['--s2k-count', '65536', '--passphrase', PASSPHRASE, '--symmetric'], plain);
const windows = (plain: Buffer) => Buffer.from(plain.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');

it.each<[string, () => Promise<Buffer>]>([
  ['plain.sql', () => dump()],
  ['backup.sql.zst', async () => zstdCompressSync(await dump())],
  ['two-frames.sql.zst', async () => Buffer.concat(halves(await dump()).map((half) => zstdCompressSync(half)))],
  ['backup.sql.gz.gpg', async () => forKey(gzipSync(await dump()))],
  ['backup.sql.gz.asc', async () => forKey(gzipSync(await dump()), '--armor')],
  ['backup.sql.gpg', async () => symmetric(await dump())],
  ['backup.sql.gpg.gz', async () => gzipSync(await symmetric(await dump()))],
  ['backup.dump.gpg', async () => forKey(await dump('-Fc'))],
  ['backup.dump.zst', async () => zstdCompressSync(await dump('-Fc'))],
  ['backup.tar.gpg', async () => forKey(await dump('-Ft'))],
  ['zstd-inside.dump', () => dump('-Fc', '--compress=zstd')],
  ['byte-order-mark.sql', async () => Buffer.concat([Buffer.from('\ufeff'), await dump()])],
])('loads %s, from a path and by its key', async (name, make) => {
  const content = await make();
  await put(name, content);
  for (const source of [await write(name, content), name]) {
    await load(source);
    expect(await contents('loaded')).toBe(expected);
    await postgres.psql('DROP DATABASE loaded');
  }
});

it('loads rows of COPY with line ends of Windows', async () => {
  await load(await write('windows-copy.sql', windows(await dump())));
  expect(await contents('loaded')).toBe(expected);
  await postgres.psql('DROP DATABASE loaded');
});

it.each([['--compress=none'], ['--compress=gzip'], ['--compress=zstd']])(
  'loads a directory of pg_dump %s, as a folder and as keys below a prefix',
  async (compress) => {
    const folder = join(place.directory, `folder${compress}`);
    await rm(folder, { recursive: true, force: true }); // of a first try
    await dump('-Fd', compress, `--file=${folder}`);
    for (const name of await readdir(folder))
      await put(`dumps/${compress}/${name}`, await readFile(join(folder, name)));
    for (const source of [folder, `dumps/${compress}/`]) {
      await load(source);
      expect(await contents('loaded')).toBe(expected);
      await postgres.psql('DROP DATABASE loaded');
    }
  },
);

it.each<[string, () => Promise<Buffer>]>([
  ['cut.sql.zst', async () => cut(zstdCompressSync(await dump()))],
  ['cut.sql.gz.gpg', async () => cut(await forKey(gzipSync(await dump())))],
  ['cut.sql.gpg', async () => cut(await symmetric(await dump()))],
  ['cut.dump', async () => cut(await dump('-Fc'))],
  ['cut-inside.sql.gpg', async () => symmetric(cut(await dump()))],
  ['cut-inside.sql.gz.gpg', async () => forKey(cut(gzipSync(await dump())))],
  ['flipped.sql.gpg', async () => flip(await symmetric(await dump()))],
])('leaves nothing of %s, and calls it damaged', async (name, make) => {
  await expect(load(await write(name, await make()))).rejects.toMatchObject({ code: 'object-altered', exitStatus: 3 });
  expect(await exists('loaded')).toBe(false);
});

it('refuses what PowerShell writes, and says what to do', async () => {
  const text = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(windows(await dump()).toString(), 'utf16le')]);
  const end = { code: 'usage-invalid', message: expect.stringContaining('UTF-16') };
  await expect(load(await write('powershell.sql', text))).rejects.toMatchObject(end);
  expect(await exists('loaded')).toBe(false);
});

function halves(bytes: Buffer): [Buffer, Buffer] {
  return [bytes.subarray(0, bytes.length >> 1), bytes.subarray(bytes.length >> 1)];
}

function cut(bytes: Buffer): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length * 0.9));
}

function flip(bytes: Buffer): Buffer {
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(flipped.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  return flipped;
}
