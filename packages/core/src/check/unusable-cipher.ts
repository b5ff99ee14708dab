import type { Cipher } from '@postgres-backuper/repository';

/** Replaces a cipher that could not be created, so that `check` reports its error with all others. */
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
