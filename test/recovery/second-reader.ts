import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunEnd, run, tryRun } from '@postgres-backuper/testing';
import { absolute, type Manifest } from '../golden/make-feature.ts';

const PROGRAM = join(import.meta.dirname, 'reader.py');

/** reader.py with a key ring of its own. */
export interface SecondReader {
  /** `--signer` and its fingerprint, where the backups are signed. */
  readonly signed: readonly string[];
  read(...args: readonly string[]): Promise<RunEnd>;
  end(): Promise<void>;
}

/** With the keys and passphrase of one of the readers in a manifest; `folder` is where the manifest lies. */
export async function beginSecondReader(
  manifest: Pick<Manifest, 'readers' | 'signer'>,
  folder: string,
  index = 0,
): Promise<SecondReader> {
  const home = await mkdtemp('/tmp/pgb-gpg-'); // the agent's socket must fit into 108 bytes
  const env = { PATH: process.env.PATH, LC_ALL: 'C', GNUPGHOME: home, TMPDIR: home };
  const gpg = (...args: readonly string[]) => run('gpg', ['--batch', '--quiet', ...args], { env });
  const given = absolute(folder, manifest.readers[index] ?? {});
  const passphrase = given.BACKUP_PASSPHRASE ?? given.BACKUP_PRIVATE_KEY_PASSPHRASE;
  if (passphrase !== undefined) await writeFile(join(home, 'passphrase'), passphrase);
  if (given.BACKUP_PRIVATE_KEY !== undefined) await gpg('--import', given.BACKUP_PRIVATE_KEY);
  const signed: string[] = [];
  if (manifest.signer !== null) {
    const file = join(folder, manifest.signer);
    const shown = await gpg('--with-colons', '--show-keys', file);
    signed.push('--signer', /^fpr:+(\w+):/m.exec(shown)?.[1] ?? '');
    await gpg('--import', file);
  }
  const secret = passphrase === undefined ? [] : ['--passphrase-file', join(home, 'passphrase')];
  return {
    signed,
    read: (...args) => tryRun('python3', [PROGRAM, ...secret, ...args], { env }),
    end: async () => {
      await tryRun('gpgconf', ['--kill', 'all'], { env });
      await rm(home, { recursive: true, force: true });
    },
  };
}
