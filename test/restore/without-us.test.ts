import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createSampleDatabase, type Postgres, snapshotOf, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpenPgpCipher, generateKeyPair } from '../../packages/openpgp/src/index.ts';
import { createPlace, makeBackup, type Place } from './harness.ts';

const run = promisify(execFile);
const PASSPHRASE = 'a passphrase of the test';

/** The shell blocks of the page, in their order. */
async function script(): Promise<string> {
  const page = await readFile(join(import.meta.dirname, '../../docs/restore-without-us.md'), 'utf8');
  return [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block).join('\n');
}

describe.each(testMajors())('docs/restore-without-us.md on PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let place: Place;
  let home = '';
  beforeAll(async () => {
    postgres = await startPostgres({ major, settings: { log_statement: 'all' } });
    const keys = await generateKeyPair({ passphrase: PASSPHRASE, now: Date.now() });
    const cipher = await createOpenPgpCipher({
      publicKeys: [keys.publicKey],
      now: Date.now(),
    });
    place = await createPlace({ cipher, encryption: 'openpgp' });
    home = await mkdtemp('/tmp/pgb-gpg-');
    await writeFile(join(home, 'passphrase'), PASSPHRASE);
    await writeFile(join(home, 'gpg.conf'), `pinentry-mode loopback\npassphrase-file ${home}/passphrase\n`);
    await writeFile(join(home, 'private.asc'), keys.privateKey);
    await run('gpg', ['--homedir', home, '--batch', '--import', join(home, 'private.asc')]);
    await createSampleDatabase(postgres, { dbname: 'shop', megabytes: 20 });
  });
  afterAll(async () => {
    await run('gpgconf', ['--homedir', home, '--kill', 'all']).catch(() => undefined);
    if (home !== '') await rm(home, { recursive: true, force: true });
    await postgres?.stop();
    await place?.remove();
  });

  const follow = async (label: string) => {
    const temp = join(place.directory, 'tmp');
    await mkdir(temp, { recursive: true });
    const repository = join(place.directory, 'repository');
    const env = { ...postgres.env, GNUPGHOME: home, TMPDIR: temp, REPOSITORY: repository, NAME: 'shop', LABEL: label };
    await run('sh', ['-c', await script()], { env });
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
    const temp = await follow(label);
    expect(await snapshotOf(postgres, 'shop')).toEqual(original);
    expect(await readdir(temp)).toEqual([]);
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
