import { BackuperError, isBackuperError } from '@postgres-backuper/base';
import type { Message } from 'openpgp';
import { type Library, libraryConfig } from './library.ts';

/** Limits the cost of a hostile message: each packet costs a key derivation or a private-key operation. */
const MAX_SESSION_KEY_PACKETS = 64;

/** Passes of Argon2 in all packets together: each pass over 128 MiB takes about 0.2 s and blocks the thread. */
const MAX_PASSES = 32;

/** The packets before the encrypted data, and its first bytes. */
export interface ParsedMessage {
  readonly message: Message<Uint8Array>;
  /** The packets that say which key opens it. */
  readonly forKeys: readonly KeyPacket[];
  readonly forPassphrase: boolean;
  /** Start of the encrypted data of a version 1 packet. */
  readonly start: Uint8Array | undefined;
}

export interface KeyPacket {
  readonly publicKeyID: { toHex(): string; isWildcard(): boolean; read(bytes: Uint8Array): unknown };
}

interface DataPacket {
  readonly version?: number;
  readonly encrypted?: Uint8Array | readonly Uint8Array[];
}

/** Parses a binary or armored message; decrypts nothing. Errors: message-altered. */
export async function parseMessage(library: Library, bytes: Uint8Array, maxBytes: number): Promise<ParsedMessage> {
  return judged(library, await read(library, bytes, maxBytes));
}

/** As parseMessage, for a message of any size, of which it reads only the beginning. Errors: message-altered. */
export async function parseStream(
  library: Library,
  stream: ReadableStream<Uint8Array>,
  { armored }: { readonly armored: boolean },
): Promise<ParsedMessage> {
  const config = libraryConfig(library, 'gnupg');
  try {
    // the library's types know no stream of Node.js
    const message = armored
      ? await library.readMessage({ armoredMessage: stream.pipeThrough(new TextDecoderStream()) as never, config })
      : await library.readMessage({ binaryMessage: stream as never, config });
    return judged(library, message as unknown as Message<Uint8Array>);
  } catch (error) {
    throw isBackuperError(error) ? error : altered('it is not an OpenPGP message');
  }
}

function judged(library: Library, message: Message<Uint8Array>): ParsedMessage {
  const { packet } = library.enums;
  const forKeys = message.packets.filterByTag(packet.publicKeyEncryptedSessionKey);
  const forPassphrase = message.packets.filterByTag(packet.symEncryptedSessionKey);
  const data = message.packets.filterByTag(packet.symEncryptedIntegrityProtectedData, packet.aeadEncryptedData);
  if (data.length !== 1) throw altered('it holds no integrity-protected data');
  const keyPackets = forKeys.length + forPassphrase.length;
  if (keyPackets === 0) throw altered('it names no key that opens it');
  if (keyPackets > MAX_SESSION_KEY_PACKETS)
    throw altered(`it is addressed to more than ${MAX_SESSION_KEY_PACKETS} keys`);
  if (passesOf(forPassphrase) > MAX_PASSES) throw altered('opening it would take more time than is allowed');
  return {
    message,
    forKeys: forKeys as unknown as KeyPacket[],
    forPassphrase: forPassphrase.length > 0,
    start: startOf(data[0] as DataPacket),
  };
}

/** Only Argon2 has passes; other derivations are limited by their format. */
function passesOf(packets: Iterable<unknown>): number {
  return [...packets].reduce<number>((sum, packet) => {
    const { t = 0 } = (packet as { readonly s2k?: { readonly t?: number } }).s2k ?? {};
    return sum + t;
  }, 0);
}

/** The error for every message that fails its integrity checks; `reason` is our text, never one of the library. */
export function altered(reason: string): BackuperError {
  return new BackuperError('message-altered', `an encrypted object is damaged or was altered: ${reason}`, {
    hint: 'no part of it was used; use another copy of the repository, or another backup',
  });
}

async function read(library: Library, bytes: Uint8Array, maxBytes: number): Promise<Message<Uint8Array>> {
  const config = libraryConfig(library, 'gnupg', { maxBytes });
  try {
    if (!isArmored(bytes)) return await library.readMessage({ binaryMessage: bytes, config });
    const armoredMessage = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
    const message = await library.readMessage({ armoredMessage, config });
    return message as unknown as Message<Uint8Array>;
  } catch {
    throw altered('it is not an OpenPGP message');
  }
}

/** Sequoia writes armor by default. */
export function isArmored(bytes: Uint8Array): boolean {
  return bytes[0] === 0x2d && bytes[1] === 0x2d;
}

function startOf(packet: DataPacket): Uint8Array | undefined {
  if (packet.version !== 1 || packet.encrypted === undefined) return undefined;
  return packet.encrypted instanceof Uint8Array ? packet.encrypted : packet.encrypted[0];
}
