import { mkdir, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BackuperError, say } from '@postgres-backuper/base';

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
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch((error) => {
    throw unwritable(directory, error);
  });
  await createAll([
    { path: privateKeyFile, text: keys.privateKey, mode: 0o600 },
    { path: dedupSecretFile, text: `${keys.dedupSecret}\n`, mode: 0o600 },
    { path: publicKeyFile, text: keys.publicKey, mode: 0o644 },
  ]);
  return { publicKeyFile, privateKeyFile, dedupSecretFile, fingerprint: keys.fingerprint };
}

interface NewFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

async function createAll(files: readonly NewFile[]): Promise<void> {
  const made: string[] = [];
  try {
    for (const file of files) {
      await create(file);
      made.push(file.path);
    }
  } catch (error) {
    for (const path of made) await rm(path, { force: true });
    throw error;
  }
}

async function refuseExisting(path: string): Promise<void> {
  const found = await stat(path).then(
    () => true,
    () => false,
  );
  if (found) throw unwritable(path, { code: 'EEXIST' });
}

async function create({ path, text, mode }: NewFile): Promise<void> {
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
