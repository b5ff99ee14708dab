import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '@postgres-backuper/testing';

const PASSPHRASE = 'throw-away passphrase';

/** One key pair for every program that encrypts with OpenPGP, as variables of the scripts. */
export async function makeKeys(
  folder: string,
  { program, hasGpg }: { readonly program: string; readonly hasGpg: boolean },
): Promise<Record<string, string>> {
  const home = join(folder, 'gnupg');
  await mkdir(home, { recursive: true, mode: 0o700 });
  const passphraseFile = join(folder, 'passphrase');
  await writeFile(passphraseFile, PASSPHRASE, { mode: 0o600 });
  const keys = join(folder, 'keys');
  const made = await run(process.execPath, [program, 'keygen', '--output', keys, '--json'], {
    env: { PATH: '/usr/bin:/bin', HOME: folder, BACKUP_PRIVATE_KEY_PASSPHRASE: PASSPHRASE },
  });
  const { fingerprint } = (JSON.parse(made) as { result: { fingerprint: string } }).result;
  const privateKey = join(keys, 'backup-private.asc');
  if (hasGpg) await importKey(home, { privateKey, passphraseFile });
  return {
    GNUPGHOME: home,
    RECIPIENT: fingerprint,
    PASSPHRASE_FILE: passphraseFile,
    DEDUP_SECRET: join(keys, 'backup-dedup-secret.txt'),
    BACKUP_PUBLIC_KEY: join(keys, 'backup-public.asc'),
    BACKUP_PRIVATE_KEY: privateKey,
    BACKUP_PRIVATE_KEY_PASSPHRASE_FILE: passphraseFile,
    RESTIC_PASSWORD_FILE: passphraseFile,
    BORG_PASSPHRASE: PASSPHRASE,
  };
}

/** Ends the agent that gpg started for the private key. */
export async function endAgent(folder: string): Promise<void> {
  const env = { PATH: '/usr/bin:/bin', GNUPGHOME: join(folder, 'gnupg') };
  await run('gpgconf', ['--kill', 'gpg-agent'], { env }).catch(() => undefined); // no gpg, no agent
}

async function importKey(home: string, key: { privateKey: string; passphraseFile: string }): Promise<void> {
  const how = ['--batch', '--quiet', '--pinentry-mode', 'loopback', '--passphrase-file', key.passphraseFile];
  const env = { PATH: '/usr/bin:/bin', GNUPGHOME: home };
  await run('gpg', [...how, '--import', key.privateKey], { env });
}
