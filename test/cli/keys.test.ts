import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { beginGpgHome } from '../openpgp/gpg-home.ts';
import { runCli, serverVariables } from './run-cli.ts';

let folder: string;
let env: Record<string, string>;
let publicKey: string;
let privateKey: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-keys-'));
  env = { HOME: folder, PG_DB: 'app', PG_HOST: '127.0.0.1', PG_PORT: '1', BACKUP_REPOSITORY: join(folder, 'r') };
  const made = await runCli(['keygen', '--output', folder], { ...env, BACKUP_PRIVATE_KEY_PASSPHRASE: 'a word\n' });
  expect(made.status, made.stderr).toBe(0);
  publicKey = join(folder, 'backup-public.asc');
  privateKey = join(folder, 'backup-private.asc');
});
afterAll(() => rm(folder, { recursive: true }));

test('a line end behind the passphrase of keygen is no part of it: gpg opens the key', async () => {
  const gpg = beginGpgHome();
  try {
    await gpg.gpg(['--import'], readFileSync(publicKey));
    await gpg.gpg(['--passphrase', 'a word', '--import'], readFileSync(privateKey));
    const trusted = ['--trust-model', 'always', '--recipient', 'postgres-backuper'];
    const message = await gpg.gpg([...trusted, '--encrypt'], 'hello');
    expect((await gpg.gpg(['--passphrase', 'a word', '--decrypt'], message)).toString()).toBe('hello');
  } finally {
    gpg.end();
  }
});

test('check says which programs read the backups, what a backup would refuse, and refuses a key that no GnuPG reads', async () => {
  const gnupg = await runCli(['check'], { ...env, BACKUP_PUBLIC_KEY: publicKey });
  expect(gnupg.stdout).toMatch(/✓ keys .*GnuPG 2\.2 and later, Sequoia and this program read the backups/);
  // halves of what only the job of the backup is given whole
  const halves = { BACKUP_VERIFY: 'content', BACKUP_LABEL: 'x', BACKUP_VERIFY_SKIPPED: '5', BACKUP_ASSERT: '/no/file' };
  const half = await runCli(['check'], { ...env, ...halves, BACKUP_PUBLIC_KEY: publicKey });
  expect([half.status, half.stdout.match(/✗.*/g)]).toEqual([gnupg.status, gnupg.stdout.match(/✗.*/g)]);
  const asked = { BACKUP_PARTS: '2', BACKUP_NAME: 'one', BACKUP_DBNAME: '["a", "b"]' };
  const { stdout } = await runCli(['check'], { ...env, PG_DB: '', ...asked, BACKUP_PUBLIC_KEY: publicKey });
  expect(stdout).toMatch(/✗ name .*cannot stand for several databases/);
  expect(stdout).toMatch(/✗ backup in parts .*is of one database/);
  const output = join(folder, 'new');
  const profile = ['--openpgp-profile', 'rfc9580'];
  await runCli(['keygen', '--output', output, ...profile], { ...env, BACKUP_PRIVATE_KEY_PASSPHRASE: 'x' });
  const newer = { ...env, BACKUP_PUBLIC_KEY: join(output, 'backup-public.asc') };
  expect((await runCli(['check'], newer)).stdout).toMatch(/✗ keys .*no GnuPG can read a backup for key '[0-9A-F]{64}'/);
  expect((await runCli(['check', ...profile], newer)).stdout).toMatch(/✓ keys .*but no GnuPG/);
});

test('a backup in the profile rfc9580 is made, signed and restored', async () => {
  const postgres = await startPostgres({ major: 18 });
  try {
    await postgres.createDatabase('app');
    await postgres.psql('CREATE TABLE t AS SELECT generate_series(1, 1000) AS n', 'app');
    const output = join(folder, 'v6');
    const making = { ...env, BACKUP_PRIVATE_KEY_PASSPHRASE: 'x', BACKUP_OPENPGP_PROFILE: 'rfc9580' };
    await runCli(['keygen', '--output', output], making);
    const server = {
      ...making,
      ...serverVariables(postgres),
      BACKUP_REPOSITORY: join(folder, 'v6-repository'),
      BACKUP_PUBLIC_KEY: join(output, 'backup-public.asc'),
      BACKUP_PRIVATE_KEY: join(output, 'backup-private.asc'),
      BACKUP_SIGNING_KEY: join(output, 'backup-private.asc'),
      BACKUP_SIGNER_KEY: join(output, 'backup-public.asc'),
    };
    for (const words of [['backup'], ['restore', 'latest', '--into', 'copy']]) {
      const end = await runCli(words, server);
      expect(end.status, end.stderr).toBe(0);
    }
    expect((await postgres.psql('SELECT count(*) FROM t', 'copy')).trim()).toContain('1000');
    const wrong = { BACKUP_PUBLIC_KEY: server.BACKUP_PRIVATE_KEY, BACKUP_REPOSITORY: join(folder, 'wrong-key') };
    const warned = await runCli(['backup'], { ...server, ...wrong, BACKUP_LABEL: 'backup_20260101_000000_aaaaaa' });
    expect(warned).toMatchObject({
      status: 0,
      stderr: expect.stringContaining('BACKUP_LABEL is for a backup in parts'),
    });
    expect(warned.stderr.match(/with its private part/g), 'said once').toHaveLength(1);
  } finally {
    await postgres.stop();
  }
});

test('a private key as recipient is warned of, with what to do', async () => {
  const { stdout } = await runCli(['check'], { ...env, BACKUP_PUBLIC_KEY: privateKey });
  expect(stdout).toMatch(/! keys .*was given as a recipient with its private part/);
  expect(stdout).toContain('Take the private key off this machine');
});

test('a locked private key without its passphrase is named as that', async () => {
  const end = await runCli(['verify', 'latest'], { ...env, BACKUP_PRIVATE_KEY: privateKey });
  expect(end.stderr).toMatch(/the private key '[0-9A-F]{40}' is protected by a passphrase, and none is given/);
  expect(end.stderr).toContain('set BACKUP_PRIVATE_KEY_PASSPHRASE');
  expect(end.status).toBe(2);
});
