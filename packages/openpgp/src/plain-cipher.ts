import { BackuperError } from '@postgres-backuper/base';
import type { Cipher } from '@postgres-backuper/repository';

/** The cipher of `--encryption none`: bytes stay as they are. */
export function createPlainCipher(): Cipher {
  return {
    recipients: [],
    notices: [],
    readers: 'every program reads the backups',
    canDecrypt: true,
    canEncrypt: true,
    encrypt: async (plaintext) => plaintext,
    envelope: async () => undefined,
    decrypt: async (message, { maxBytes = Number.POSITIVE_INFINITY } = {}) => {
      if (message.byteLength <= maxBytes) return message;
      throw new BackuperError('message-altered', `an object holds more than ${maxBytes} bytes`);
    },
  };
}
