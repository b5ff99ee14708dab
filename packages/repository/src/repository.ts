import type { Cipher, Signer } from './cipher.ts';
import type { Storage } from './storage/storage.ts';

/** A storage with the backups of any number of databases, and the keys for it. Made by the composition root. */
export interface Repository {
  readonly storage: Storage;
  /** With `encryption: none`, a cipher that does not change the bytes. */
  readonly cipher: Cipher;
  readonly encryption: 'openpgp' | 'none';
  /** Signs new commits. */
  readonly signer?: Signer | undefined;
  /** Only commits signed by it count (BACKUP_SIGNER_KEY). */
  readonly trusted?: Signer | undefined;
}
