import { mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BackuperError, say } from '@postgres-backuper/base';

/** Both halves armored, the private one protected by a passphrase. */
export interface GeneratedKeys {
  readonly publicKey: string;
  readonly privateKey: string;
  readonly fingerprint: string;
}

export interface KeygenRequest {
  /** Made (0700) where it is missing. */
  readonly directory: string;
}

export interface KeygenResult {
  readonly publicKeyFile: string;
  readonly privateKeyFile: string;
  readonly fingerprint: string;
}

/**
 * Writes `backup-private.asc` (0600) and `backup-public.asc` (0644), despite the umask. Never overwrites: backups may
 * be encrypted for an existing key. Leaves both files or none. Errors: configuration-invalid, those of `generate`.
 */
export async function keygen(
  { directory }: KeygenRequest,
  { generate }: { readonly generate: () => Promise<GeneratedKeys> },
): Promise<KeygenResult> {
  const privateKeyFile = join(directory, 'backup-private.asc');
  const publicKeyFile = join(directory, 'backup-public.asc');
  for (const path of [privateKeyFile, publicKeyFile]) await refuseExisting(path);
  const keys = await generate();
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch((error) => {
    throw unwritable(directory, error);
  });
  await create(privateKeyFile, keys.privateKey, 0o600);
  try {
    await create(publicKeyFile, keys.publicKey, 0o644);
  } catch (error) {
    await rm(privateKeyFile, { force: true });
    throw error;
  }
  return { publicKeyFile, privateKeyFile, fingerprint: keys.fingerprint };
}

async function refuseExisting(path: string): Promise<void> {
  const found = await stat(path).then(
    () => true,
    () => false,
  );
  if (found) throw unwritable(path, { code: 'EEXIST' });
}

async function create(path: string, text: string, mode: number): Promise<void> {
  try {
    const file = await open(path, 'wx', mode);
    try {
      await file.chmod(mode);
      await file.writeFile(text);
      await file.sync();
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): BackuperError {
  const { code } = error as NodeJS.ErrnoException;
  const why = code === 'EEXIST' ? 'is there already' : `cannot be written (${code ?? 'unknown error'})`;
  return new BackuperError('configuration-invalid', `'${path}' ${why}`, {
    hint: `choose another folder with ${say.option('output')}; a key that backups were made for is never overwritten`,
  });
}
