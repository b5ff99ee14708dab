import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadLibrary } from '@postgres-backuper/openpgp/library';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli, serverVariables } from './run-cli.ts';

let postgres: Postgres;
let folder: string;
let job: Record<string, string>;
let keys: Record<'publicKey' | 'privateKey', string>;

beforeAll(async () => {
  postgres = await startPostgres({ major: 18 });
  await postgres.createDatabase('app');
  await postgres.psql('CREATE TABLE t AS SELECT n, md5(n::text) AS text FROM generate_series(1, 400000) n', 'app');
  folder = await mkdtemp(join(tmpdir(), 'sample-'));
  const { generateKey } = await loadLibrary();
  const keyExpirationTime = 20 * 86_400;
  keys = await generateKey({ userIDs: [{ name: 'short' }], type: 'ecc', curve: 'curve25519Legacy', keyExpirationTime });
  job = {
    ...{ HOME: folder, TMPDIR: folder, BACKUP_REPOSITORY: join(folder, 'repository'), BACKUP_NAME: 'app' },
    ...{ ...serverVariables(postgres), PG_DB: 'app' },
  };
});
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

const EXPIRES = /key '[0-9A-F]{40}' expires on 20\d\d-\d\d-\d\d: .*gpg --quick-set-expire/;

test('a key that expires within 30 days is said by backup, check and status, of recipients and of signers', async () => {
  const recipient = { ...job, BACKUP_PUBLIC_KEY: keys.publicKey };
  const made = await runCli(['backup', '--segment-size', '8MiB'], recipient);
  expect([made.status, made.stderr]).toEqual([0, expect.stringMatching(EXPIRES)]);
  const signing = { ...job, BACKUP_ENCRYPTION: 'none', BACKUP_SIGNING_KEY: keys.privateKey };
  for (const env of [recipient, signing]) {
    const checked = await runCli(['check'], env);
    expect([checked.status, checked.stdout]).toEqual([0, expect.stringMatching(EXPIRES)]);
  }
  const watched = await runCli(['status', '--max-age', '1d'], recipient);
  expect([watched.status, watched.stderr]).toEqual([0, expect.stringMatching(EXPIRES)]);
  const without = await runCli(['status', '--max-age', '1d'], job);
  expect([without.status, without.stderr]).toEqual([0, expect.not.stringContaining('expires')]);
  const unusable = await runCli(['status', '--max-age', '1d'], { ...job, BACKUP_PUBLIC_KEY: 'nonsense' });
  expect(unusable.status, unusable.stderr).not.toBe(3);
});

test('a sample reads a part, is in the log, and is no verification of the content anywhere', async () => {
  const reader = { ...job, BACKUP_PRIVATE_KEY: keys.privateKey };
  const end = await runCli(['verify', 'latest', '--sample', '30%', '--json'], reader);
  expect(end.status, end.stderr).toBe(0);
  const [verified] = JSON.parse(end.stdout).result.repositories;
  expect(verified).toMatchObject({ level: 'sample', backups: [{ ok: true, sample: { part: expect.any(Number) } }] });
  const { segments, ofSegments } = verified.backups[0].sample;
  expect([segments > 0, segments < ofSegments]).toEqual([true, true]);
  const status = JSON.parse((await runCli(['status', '--max-age', '1d', '--json'], job)).stdout);
  expect(status.result.repositories[0].newest).toMatchObject({ verification: 'stored', verdict: null });
  const list = JSON.parse((await runCli(['list', '--json'], job)).stdout);
  expect(list.result.repositories[0].backups[0].verification).toMatchObject({ level: 'stored' });
  const log = JSON.parse((await runCli(['log', '--json'], job)).stdout);
  const [entry] = log.result.repositories[0].entries;
  expect([entry.kind, entry.texts.join()]).toEqual([
    'verify-sample-ok',
    expect.stringMatching(/sample: part \d of \d, \d+ of \d+ segments/),
  ]);
  const text = await runCli(['verify', 'latest', '--sample', '30'], reader);
  expect(text.stdout).toMatch(/a part was read: .* of \d+ segments \(part \d of \d\)/);
});

test('damage in a sample is damage of the backup, exit 3', async () => {
  const reader = { ...job, BACKUP_PRIVATE_KEY: keys.privateKey };
  const [label] = JSON.parse((await runCli(['list', '--json'], job)).stdout).result.repositories[0].backups.map(
    (one: { label: string }) => one.label,
  );
  const list = join(folder, 'repository/app/data', label, 'segment-00000000.tar.zst.gpg');
  const bytes = await readFile(list);
  await appendFile(list, 'x');
  expect(bytes.length).toBeGreaterThan(0);
  const end = await runCli(['verify', 'latest', '--sample', '5%'], reader);
  expect(end.status, end.stderr).toBe(3);
  expect((await runCli(['status', '--max-age', '1d'], job)).status).toBe(1);
});

test.each([
  [['--sample', '0'], 'is no share of the segments'],
  [['--sample', '101%'], 'is no share of the segments'],
  [['--sample', 'a\nb'], 'is no share of the segments'],
  [['--sample', '5%', '--level', 'stored'], 'is for --level content'],
])('%j is refused with exit 2', async (words, text) => {
  const end = await runCli(['verify', 'latest', ...words], job);
  expect([end.status, end.stderr]).toEqual([2, expect.stringContaining(text)]);
});
