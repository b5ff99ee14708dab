import { type BackuperError, isBackuperError } from '@postgres-backuper/base';
import { openSessionKeys, passphraseWrong } from './decrypt.ts';
import { encryptedStart } from './encrypted-start.ts';
import type { KeyText } from './key-text.ts';
import { type Library, libraryConfig, loadLibrary } from './library.ts';
import { altered, isArmored, type ParsedMessage, parseStream } from './message.ts';
import { readPrivateKeys } from './read-keys.ts';
import { unlockOnce } from './unlock.ts';

export interface MessageReaderOptions {
  readonly privateKeys: readonly KeyText[];
  readonly privateKeyPassphrase?: string | undefined;
  readonly passphrase?: string | undefined;
}

/**
 * The plaintext of a message of any size that another program made, binary or armored. Its integrity is known only at its
 * end, as an error or none: until then nothing may be used. Signatures in it are not checked. Errors: message-altered, key-missing,
 * key-wrong, passphrase-missing, passphrase-wrong, those of `bytes`.
 */
export type MessageReader = (bytes: AsyncIterable<Uint8Array>) => AsyncGenerator<Buffer>;

/** Reads the keys at the first message. Errors of the reader: also key-invalid. */
export function createMessageReader(options: MessageReaderOptions): MessageReader {
  return async function* read(bytes) {
    const source = await watched(bytes);
    try {
      yield* decrypted(source, options);
    } catch (error) {
      throw source.failure() ?? error;
    }
  };
}

async function* decrypted(source: Source, options: MessageReaderOptions): AsyncGenerator<Buffer> {
  const library = await loadLibrary();
  const { privateKeyPassphrase: text, passphrase } = options;
  const privateKeys = await readPrivateKeys(library, options.privateKeys, 'private key');
  const unlock = unlockOnce(library, { text, option: 'privateKeyPassphrase' });
  const start = source.armored ? undefined : encryptedStart(source.head);
  const parsed = { ...(await parseStream(library, source.stream, source)), start };
  const openers = { privateKeys, unlock, ...(passphrase ? { passphrase } : {}) };
  const sessionKeys = await openSessionKeys(library, parsed, openers);
  let isBegun = false;
  try {
    for await (const chunk of await open(library, parsed, sessionKeys)) {
      isBegun = true;
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    }
  } catch {
    // a wrong passphrase gives a wrong session key: where that could not be checked, it shows in the first decrypted bytes
    if (parsed.forPassphrase && start === undefined && !isBegun) throw passphraseWrong();
    throw altered('its integrity check fails');
  }
}

async function open(
  library: Library,
  { message }: ParsedMessage,
  sessionKeys: Awaited<ReturnType<typeof openSessionKeys>>,
): Promise<AsyncIterable<Uint8Array>> {
  const config = { ...libraryConfig(library, 'gnupg'), allowUnauthenticatedStream: true };
  const { data } = await library.decrypt({ message, sessionKeys: sessionKeys as never, format: 'binary', config });
  return data as unknown as AsyncIterable<Uint8Array>;
}

interface Source {
  readonly stream: ReadableStream<Uint8Array>;
  readonly armored: boolean;
  /** Its first bytes. */
  readonly head: Uint8Array;
  /** The error of the bytes themselves, which the library hides. */
  failure(): BackuperError | undefined;
}

async function watched(bytes: AsyncIterable<Uint8Array>): Promise<Source> {
  const chunks = bytes[Symbol.asyncIterator]();
  let failed: unknown;
  let next = await chunks.next();
  const head: Uint8Array = next.value ?? new Uint8Array();
  const armored = isArmored(head);
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        if (next.done) return controller.close();
        controller.enqueue(next.value);
        next = await chunks.next();
      } catch (error) {
        failed = error;
        controller.error(error);
      }
    },
    async cancel() {
      await chunks.return?.();
    },
  });
  return { stream, head, armored, failure: () => (isBackuperError(failed) ? failed : undefined) };
}
