import type { Cipher } from '@postgres-backuper/repository';
import { noRecipient } from './encrypt.ts';
import { READERS } from './key-readers.ts';
import type { Profile } from './library.ts';
import { hasSameData } from './rekey.ts';

/**
 * The cipher of commands that were given no key and no passphrase, as `list` and `prune` mostly are. `load` makes the one
 * of the library, at the first message: its error names the key that the message is for.
 */
export function createKeylessCipher(profile: Profile, load: () => Promise<Cipher>): Cipher {
  return {
    recipients: [],
    notices: [],
    readers: READERS[profile],
    canEncrypt: false,
    canDecrypt: false,
    encrypt: async () => {
      throw noRecipient();
    },
    hasSameData,
    decrypt: async (message, options) => (await load()).decrypt(message, options),
  };
}
