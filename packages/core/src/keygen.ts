import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { say } from '@postgres-backuper/base';
import { createNewFiles, unwritable } from './keygen/new-files.ts';

/** Both halves armored, the private one protected by a passphrase; and the secret of differentials. */
export interface GeneratedKeys {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly fingerprint: string;
  /** 32 random bytes in base64. */
  readonly dedupSecret: string;
}

export interface KeygenRequest {
  /** Made (0700) where it is missing. */
  readonly directory: string;
}

export interface KeygenResult {
  readonly publicKeyFile: string;
  readonly privateKeyFile: string;
  readonly dedupSecretFile: string;
  readonly fingerprint: string;
}

/**
 * Writes `backup-private.asc` and `backup-dedup-secret.txt` (0600), and `backup-public.asc` (0644), despite the umask.
 * Never overwrites: backups may be encrypted for an existing key. Leaves all files or none. Errors: configuration-invalid, those of `generate`.
 */
export async function keygen(
  { directory }: KeygenRequest,
  { generate }: { readonly generate: () => Promise<GeneratedKeys> },
): Promise<KeygenResult> {
  const privateKeyFile = join(directory, 'backup-private.asc');
  const publicKeyFile = join(directory, 'backup-public.asc');
  const dedupSecretFile = join(directory, 'backup-dedup-secret.txt');
  for (const path of [privateKeyFile, publicKeyFile, dedupSecretFile]) await refuseExisting(path);
  const keys = await generate();
  await createNewFiles(
    [
      { path: privateKeyFile, text: keys.privateKey, mode: 0o600 },
      { path: dedupSecretFile, text: `${keys.dedupSecret}\n`, mode: 0o600 },
      { path: publicKeyFile, text: keys.publicKey, mode: 0o644 },
    ],
    { folderMode: 0o700, hint: hint() },
  );
  return { publicKeyFile, privateKeyFile, dedupSecretFile, fingerprint: keys.fingerprint };
}

async function refuseExisting(path: string): Promise<void> {
  const found = await stat(path).then(
    () => true,
    () => false,
  );
  if (found) throw unwritable(path, { code: 'EEXIST' }, hint());
}

function hint(): string {
  return `choose another folder with ${say.option('output')}; a key that backups were made for is never overwritten`;
}
