import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { BackuperError, isBackuperError } from '@postgres-backuper/base';

/** The content of all members of a gzip file. Errors: object-altered, those of `bytes`. */
export async function* gunzip(bytes: AsyncIterable<Buffer>, source: string): AsyncGenerator<Buffer> {
  const unpacked = createGunzip({ chunkSize: 256 * 1024 });
  pipeline(Readable.from(bytes), unpacked, () => undefined); // the loop throws the error of either
  try {
    yield* unpacked;
  } catch (cause) {
    throw isBackuperError(cause) ? cause : damaged(cause, source);
  }
}

function damaged(cause: unknown, source: string): BackuperError {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'Z_BUF_ERROR') {
    return new BackuperError('object-altered', `'${source}' is incomplete: its gzip data end too soon`, {
      hint: 'copy it again, or use an older one',
      cause,
    });
  }
  const why = /incorrect (data|length) check/.test(message) ? 'its checksum is another one' : 'it is no good gzip data';
  return new BackuperError('object-altered', `'${source}' is damaged: ${why}`, {
    hint: 'copy it again, or use an older one',
    cause,
  });
}
