import type { Cipher } from '@postgres-backuper/repository';

/** Stands for a cipher that could not be made, so that `check` shows its error among all others. */
export function createUnusableCipher(error: unknown): Cipher {
  const refuse = async (): Promise<never> => {
    throw error;
  };
  return {
    recipients: [],
    notices: [],
    readers: '',
    canDecrypt: false,
    canEncrypt: false,
    encrypt: refuse,
    decrypt: refuse,
  };
}
