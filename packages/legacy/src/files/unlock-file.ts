import { BackuperError, isBackuperError, say } from '@postgres-backuper/base';
import type { Decrypt } from './unpack.ts';

/** The plaintext of an encrypted file; errors name the file. Errors: object-altered, those of the keys. */
export async function* unlockFile(
  bytes: AsyncIterable<Buffer>,
  source: string,
  decrypt: Decrypt | undefined,
): AsyncGenerator<Buffer> {
  if (decrypt === undefined) throw new BackuperError('key-missing', `'${source}' is encrypted with OpenPGP`, HINT);
  try {
    yield* decrypt(bytes);
  } catch (error) {
    throw isBackuperError(error) ? named(error, source) : error;
  }
}

const HINT = { hint: 'decrypt it with gpg first' };

function named(error: BackuperError, source: string): BackuperError {
  if (error.code === 'message-altered') {
    return new BackuperError('object-altered', `'${source}' is damaged or incomplete: ${error.message}`, {
      hint: 'copy it again, or use an older one',
      cause: error,
    });
  }
  if (error.code === 'key-missing' || error.code === 'passphrase-missing') {
    const keys = `${say.option('privateKey')}, or ${say.option('passphrase')} for a file of "gpg --symmetric"`;
    return new BackuperError(error.code, `'${source}' is encrypted: ${error.message}`, {
      hint: `set ${keys}; or decrypt it with gpg first`,
      cause: error,
    });
  }
  return error;
}
