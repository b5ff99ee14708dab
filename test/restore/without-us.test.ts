import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deriveChunkKeys } from '@postgres-backuper/format';
import { createOpenPgpCipher, createSigner, generateKeyPair } from '@postgres-backuper/openpgp';
import {
  createSampleDatabase,
  type Postgres,
  postgresBinaries,
  snapshotOf,
  startPostgres,
  testMajors,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPlace, makeBackup, type Place } from './harness.ts';

const run = promisify(execFile);
const PASSPHRASE = 'a passphrase of the test';
const FINGERPRINT = /^fpr:+(\w+):/m;
const DOCS = join(import.meta.dirname, '../../docs');

/** The script that the page tells to make, made with the page's own command; with other blocks in the place of some. */
async function writeScript(file: string, changes: (script: string, page: string) => string): Promise<void> {
  const page = await readFile(join(DOCS, 'restore-without-us.md'), 'utf8');
  const command = /^sed -n .* > restore\.sh$/m.exec(page)?.[0].replace(' > restore.sh', '') ?? 'false';
  const { stdout } = await run('sh', ['-c', command], { cwd: DOCS });
  await writeFile(file, changes(stdout, page));
}

/** `decrypt` and the check of the signature with Sequoia. */
function withSequoia(script: string, page: string): string {
  const block = (kind: string) =>
    new RegExp(`^\`\`\`sh ${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(page)?.[1] ?? 'false';
  return script.replace(/^decrypt\(\) \{[\s\S]*?^\}$/m, () => `${block('sq-verify')}${block('sq')}`);
}

describe.each(testMajors())('docs/restore-without-us.md on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  let withPassphrase: Place;
  let home = '';
  let fingerprint = '';
  beforeAll(async () => {
    postgres = await startPostgres({ major, settings: { log_statement: 'all' } });
    const now = Date.now();
    const keys = await generateKeyPair({ passphrase: PASSPHRASE, now });
    const signer = await createSigner({ signingKey: keys.privateKey, passphrase: PASSPHRASE, now });
    home = await mkdtemp('/tmp/pgb-gpg-');
    const gpg = async (...args: string[]) => (await run('gpg', ['--homedir', home, '--batch', ...args])).stdout;
    await gpg('--passphrase', '', '--quick-generate-key', 'without passphrase', 'future-default');
    const plain = await gpg('--armor', '--export', 'without passphrase');
    await writeFile(join(home, 'plain.asc'), await gpg('--armor', '--export-secret-keys', 'without passphrase'));
    await gpg(
      '--yes',
      '--delete-secret-and-public-key',
      (await gpg('--with-colons', '--list-keys')).match(FINGERPRINT)?.[1] ?? '',
    );
    const cipher = await createOpenPgpCipher({ publicKeys: [keys.publicKey, plain], now });
    place = await createPlace({ cipher, encryption: 'openpgp', signer });
    withPassphrase = await createPlace({
      cipher: await createOpenPgpCipher({ publicKeys: [], passphrase: PASSPHRASE, now }),
      encryption: 'openpgp',
    });
    await writeFile(join(home, 'passphrase'), PASSPHRASE);
    await writeFile(join(home, 'private.asc'), keys.privateKey);
    await writeFile(join(home, 'public.asc'), keys.publicKey);
    await gpg('--import', join(home, 'private.asc'));
    fingerprint = (await gpg('--with-colons', '--list-keys')).match(FINGERPRINT)?.[1] ?? '';
    await createSampleDatabase(postgres, { dbname: 'sample', megabytes: 20 });
  });
  // tests drop it, and one that fails leaves none to the next
  beforeEach(async () => {
    await postgres.psql('DROP DATABASE IF EXISTS shop WITH (FORCE)');
    await postgres.psql('CREATE DATABASE shop TEMPLATE sample');
  });
  afterAll(async () => {
    await run('gpgconf', ['--homedir', home, '--kill', 'all']).catch(() => undefined);
    if (home !== '') await rm(home, { recursive: true, force: true });
    await postgres?.stop();
    await Promise.all([place?.remove(), withPassphrase?.remove()]);
  });

  /** Runs the script without a terminal, in the repository's parent; returns the folder of temporary files. */
  const follow = async (
    label: string,
    { of = place, changes = (script: string) => script, ...variables }: Follow = {},
  ): Promise<string> => {
    const temp = join(of.directory, 'tmp');
    await mkdir(temp, { recursive: true });
    await writeScript(join(of.directory, 'restore.sh'), changes);
    const env = {
      ...postgres.env,
      GNUPGHOME: home,
      TMPDIR: temp,
      PASSPHRASE_FILE: join(home, 'passphrase'),
      ...variables,
    };
    const backup = { REPOSITORY: 'repository', NAME: 'shop', LABEL: label };
    await run('setsid', ['--wait', 'sh', 'restore.sh'], { cwd: of.directory, env: { ...env, ...backup } });
    return temp;
  };

  it.each([
    ['by pg_dump', undefined],
    ['in ranges', 8192],
  ])('brings the whole database back, tables read %s', async (_, splitFromBytes) => {
    const before = postgres.log().length;
    const label = await makeBackup(postgres, { dbname: 'shop', jobs: 2, splitFromBytes }, place);
    expect(/COPY \(SELECT .* FROM ONLY /.test(postgres.log().slice(before))).toBe(splitFromBytes !== undefined);
    const original = await snapshotOf(postgres, 'shop');
    await postgres.psql('DROP DATABASE shop');
    const temp = await follow(label, { SIGNER: fingerprint });
    expect(await snapshotOf(postgres, 'shop')).toEqual(original);
    expect(await readdir(temp)).toEqual([]);
  });

  it('brings a differential back, with what it has of its full', async () => {
    const set = { keys: deriveChunkKeys(Buffer.alloc(32, 7)), fullEveryMs: 3_600_000, incremental: true };
    const make = () => makeBackup(postgres, { dbname: 'shop', segmentBytes: 1024 ** 2, set }, place);
    const parent = await make();
    await postgres.psql('CREATE TABLE later AS SELECT g, md5(g::text) FROM generate_series(1, 5000) g', 'shop');
    await postgres.psql("UPDATE sales.orders SET status = 'late' WHERE id % 9000 = 0", 'shop');
    const label = await make();
    const commit = JSON.parse(
      await readFile(join(place.directory, 'repository/shop/backups', `${label}.json`), 'utf8'),
    );
    expect(commit).toMatchObject({ type: 'differential', parent });
    const original = await snapshotOf(postgres, 'shop');
    await postgres.psql('DROP DATABASE shop');
    const temp = await follow(label, { SIGNER: fingerprint });
    expect(await snapshotOf(postgres, 'shop')).toEqual(original);
    expect(await readdir(temp)).toEqual([]);
    await truncate(join(place.directory, 'repository/shop/data', parent, 'segment-00000001.tar.zst.gpg'), 1000);
    await expect(follow(label)).rejects.toMatchObject({ stderr: expect.stringContaining('sha256sum') });
  });

  it('brings a backup with a passphrase back, with programs that are newer than the server', async () => {
    const { binDir } = await postgresBinaries(18);
    const label = await makeBackup(postgres, { dbname: 'shop' }, withPassphrase);
    const original = await snapshotOf(postgres, 'shop');
    await postgres.psql('DROP DATABASE shop');
    await cp(join(home, 'passphrase'), join(withPassphrase.directory, 'secret'));
    const PATH = `${binDir}:${postgres.env.PATH}`;
    const temp = await follow(label, { of: withPassphrase, PATH, PASSPHRASE_FILE: 'secret' });
    expect(await snapshotOf(postgres, 'shop')).toEqual(original);
    expect(await readdir(temp)).toEqual([]);
  });

  it('brings a backup back with Sequoia', async () => {
    const label = await makeBackup(postgres, { dbname: 'shop' }, place);
    const original = await snapshotOf(postgres, 'shop');
    await postgres.psql('DROP DATABASE shop');
    await follow(label, {
      changes: withSequoia,
      GNUPGHOME: '/nonexistent',
      KEY: join(home, 'plain.asc'),
      SIGNER_KEY: join(home, 'public.asc'),
    });
    expect(await snapshotOf(postgres, 'shop')).toEqual(original);
  });

  it('stops with another signer, and leaves nothing decrypted when the database exists', async () => {
    const label = await makeBackup(postgres, { dbname: 'shop' }, place);
    await expect(follow(label, { SIGNER: '0'.repeat(40) })).rejects.toMatchObject({ code: 1 });
    await expect(follow(label)).rejects.toMatchObject({ stderr: expect.stringContaining('already exists') });
    expect(await readdir(join(place.directory, 'tmp'))).toEqual([]);
  });

  it('stops before anything is created when a segment is missing or short', async () => {
    const label = await makeBackup(postgres, { dbname: 'shop' }, place);
    const folder = join(place.directory, 'repository/shop/data', label);
    await truncate(join(folder, 'segment-00000001.tar.zst.gpg'), 1000);
    await expect(follow(label)).rejects.toMatchObject({ stderr: expect.stringContaining('sha256sum') });
    await rm(join(folder, 'segment-00000001.tar.zst.gpg'));
    await expect(follow(label)).rejects.toMatchObject({ stderr: expect.stringContaining('No such file') });
  });
});

interface Follow {
  readonly of?: Place;
  readonly changes?: (script: string, page: string) => string;
  readonly [variable: string]: unknown;
}
