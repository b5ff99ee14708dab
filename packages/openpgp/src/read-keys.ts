import { BackuperError } from '@postgres-backuper/base';
import type { Key, PrivateKey } from 'openpgp';
import { type KeyBlock, type KeyText, splitKeyText } from './key-text.ts';
import { type Library, libraryConfig } from './library.ts';
import { mergeKeys } from './merge-keys.ts';

/** Every key in `texts`, each once: several exports of one key are merged. `what` names it in errors, e.g. `public key`. Errors: key-invalid. */
export async function readKeys(library: Library, texts: readonly KeyText[], what: string): Promise<Key[]> {
  const keys = new Map<string, Key>();
  for (const text of texts) {
    const blocks = splitKeyText(text);
    if (blocks.length === 0) throw notAKey(what);
    for (const block of blocks) {
      for (const key of await readBlock(library, block, what)) {
        const known = keys.get(fingerprintOf(key));
        keys.set(fingerprintOf(key), known === undefined ? key : await mergeKeys(library, known, key));
      }
    }
  }
  return [...keys.values()];
}

/** As readKeys, but each must be a private key. */
export async function readPrivateKeys(library: Library, texts: readonly KeyText[], what: string) {
  const keys = await readKeys(library, texts, what);
  return keys.map((key): PrivateKey => {
    if (isPrivate(key)) return key;
    throw new BackuperError('key-invalid', `the public key '${fingerprintOf(key)}' was given as the ${what}`, {
      hint: `give the ${what} itself, as "gpg --armor --export-secret-keys" writes it: it begins with "BEGIN PGP PRIVATE KEY BLOCK"`,
    });
  });
}

/** Full fingerprint, upper-case hexadecimal, as gpg prints it. */
export function fingerprintOf(key: { getFingerprint(): string }): string {
  return key.getFingerprint().toUpperCase();
}

export function isPrivate(key: Key): key is PrivateKey {
  return key.isPrivate();
}

async function readBlock(library: Library, block: KeyBlock, what: string): Promise<Key[]> {
  const config = libraryConfig(library, 'gnupg', { trusted: true });
  try {
    if (block.armored !== undefined) return await library.readKeys({ armoredKeys: block.armored, config });
    return await library.readKeys({ binaryKeys: block.binary ?? new Uint8Array(), config });
  } catch {
    throw notAKey(what);
  }
}

function notAKey(what: string): BackuperError {
  return new BackuperError('key-invalid', `the ${what} is not an OpenPGP key, or is damaged`, {
    hint: 'give the output of "gpg --armor --export" (for a private key: "--export-secret-keys"), whole, or the path of such a file',
  });
}
