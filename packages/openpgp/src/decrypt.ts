import { BackuperError, say } from '@postgres-backuper/base';
import type { Opening } from '@postgres-backuper/repository';
import type { DecryptedSessionKey, PrivateKey } from 'openpgp';
import { fitsIntegrityPacket, openIntegrityPacket } from './integrity-packet.ts';
import { type Library, libraryConfig } from './library.ts';
import { altered, type KeyPacket, type ParsedMessage, parseMessage } from './message.ts';
import { splitOwnMessage } from './own-message.ts';
import { hasPrivatePart } from './private-part.ts';
import { fingerprintOf } from './read-keys.ts';

/** The keys and the passphrase that may decrypt a message. */
export interface Openers {
  /** As given, possibly locked. */
  readonly privateKeys: readonly PrivateKey[];
  /** Those of `keys` that can be unlocked, each once. Errors: that of the first key, if none can. */
  readonly unlock: (keys: readonly PrivateKey[]) => Promise<readonly PrivateKey[]>;
  readonly passphrase?: string;
}

/** The whole plaintext, after its integrity is checked. Errors: those of Cipher.decrypt, and passphrase-missing. */
export async function decryptMessage(
  library: Library,
  bytes: Uint8Array,
  { openers, maxBytes }: { readonly openers: Openers; readonly maxBytes: number },
): Promise<Uint8Array> {
  const quickly = await openOwn(library, bytes, { openers, maxBytes });
  if (quickly !== undefined) return quickly;
  const parsed = await parseMessage(library, bytes, maxBytes);
  const sessionKeys = await openSessionKeys(library, parsed, openers);
  const plaintext = await open(library, parsed, { sessionKeys, maxBytes });
  if (plaintext.byteLength > maxBytes) throw altered(`it holds more than ${maxBytes} bytes`);
  return plaintext;
}

/**
 * Decrypts a message in our own format, without the copies that the library makes of its data. Undefined: the message has
 * another format or is damaged; the library then finds the error. Errors: those of the session key.
 */
async function openOwn(
  library: Library,
  bytes: Uint8Array,
  { openers, maxBytes }: { readonly openers: Openers; readonly maxBytes: number },
): Promise<Uint8Array | undefined> {
  const { encryptedAt = 0, keys = [] } = (await createOpening(library, bytes, openers)) ?? {};
  for (const key of keys) {
    const plaintext = openIntegrityPacket(bytes.subarray(encryptedAt), key);
    if (plaintext !== undefined && plaintext.byteLength <= maxBytes) return plaintext;
  }
  return undefined;
}

/** Undefined for a message that is not in our own format. Errors: those of the session key. */
export async function createOpening(
  library: Library,
  bytes: Uint8Array,
  openers: Openers,
): Promise<Opening | undefined> {
  const own = splitOwnMessage(bytes);
  if (own === undefined) return undefined;
  const parsed = await parseMessage(library, own.start, own.start.byteLength);
  const keys = await openSessionKeys(library, parsed, openers);
  return {
    encryptedAt: own.encryptedAt,
    keys: keys.filter(({ algorithm }) => algorithm === 'aes256').map(({ data }) => data),
  };
}

async function open(
  library: Library,
  { message }: ParsedMessage,
  { sessionKeys, maxBytes }: { readonly sessionKeys: DecryptedSessionKey[]; readonly maxBytes: number },
): Promise<Uint8Array> {
  try {
    const config = libraryConfig(library, 'gnupg', { maxBytes });
    const { data } = await library.decrypt({ message, sessionKeys: sessionKeys as never, format: 'binary', config });
    return data;
  } catch (error) {
    if (/maximum decompressed/i.test(String(error))) throw altered(`it decompresses to more than ${maxBytes} bytes`);
    throw altered('its integrity check fails');
  }
}

/** The session keys that may open the message. Errors: key-missing, key-wrong, passphrase-missing, passphrase-wrong. */
export async function openSessionKeys(library: Library, parsed: ParsedMessage, openers: Openers) {
  if (parsed.forKeys.length > 0 && openers.privateKeys.length > 0) {
    const fitting = openers.privateKeys.filter((key) => parsed.forKeys.some((packet) => isFor(packet, key)));
    if (fitting.length > 0) return openByKey(library, parsed, await openers.unlock(fitting));
    if (!parsed.forPassphrase || openers.passphrase === undefined) return refuseOrUnmask(library, parsed, openers);
  }
  if (!parsed.forPassphrase) throw keyMissing(parsed, openers);
  if (openers.passphrase === undefined) throw passphraseMissing();
  return openByPassphrase(library, parsed, openers.passphrase);
}

async function openByKey(library: Library, { message, forKeys }: ParsedMessage, keys: readonly PrivateKey[]) {
  const named = forKeys.some((packet) => !packet.publicKeyID.isWildcard());
  try {
    const config = libraryConfig(library, 'gnupg');
    return await library.decryptSessionKeys({ message, decryptionKeys: [...keys], config });
  } catch {
    if (!named) throw keyWrong(forKeys, keys);
    throw altered('its session key does not stand up to its check');
  }
}

/** For a message that names none of our keys: wrong key, unless one opens it anyway (then the key ID was altered). */
async function refuseOrUnmask(
  library: Library,
  parsed: ParsedMessage,
  { privateKeys, unlock }: Openers,
): Promise<never> {
  const wrong = keyWrong(parsed.forKeys, privateKeys);
  for (const packet of parsed.forKeys) packet.publicKeyID.read(new Uint8Array(8));
  const opened = await unlock(privateKeys)
    .then((keys) => openByKey(library, parsed, keys))
    .catch(() => undefined);
  throw opened ? altered('it names another key than the one that opens it') : wrong;
}

async function openByPassphrase(library: Library, { message, start }: ParsedMessage, passphrase: string) {
  const config = libraryConfig(library, 'gnupg');
  const found = await library.decryptSessionKeys({ message, passwords: [passphrase], config }).catch((error) => {
    if (/argon2/i.test(String(error))) throw altered('opening it would take more memory than is allowed');
    throw passphraseWrong();
  });
  const fitting = found.filter(({ data }) => start === undefined || fitsIntegrityPacket(start, data));
  if (fitting.length === 0) throw passphraseWrong();
  return fitting;
}

function isFor(packet: KeyPacket, key: PrivateKey): boolean {
  if (packet.publicKeyID.isWildcard()) return true;
  const parts = [key, ...key.subkeys].filter(hasPrivatePart);
  return parts.some((part) => part.getKeyID().toHex() === packet.publicKeyID.toHex());
}

function keyWrong(packets: readonly KeyPacket[], keys: readonly PrivateKey[]): BackuperError {
  const wanted = packets.map(({ publicKeyID }) =>
    publicKeyID.isWildcard() ? 'hidden' : publicKeyID.toHex().toUpperCase(),
  );
  const given = keys.map((key) => `'${fingerprintOf(key)}'`).join(', ');
  return new BackuperError(
    'key-wrong',
    `the private key ${given} does not open this backup, which is for key ID '${wanted.join("', '")}'`,
    {
      hint: 'give the private key whose encryption subkey has that ID ("gpg --list-secret-keys --with-subkey-fingerprint")',
    },
  );
}

function keyMissing({ forKeys }: ParsedMessage, openers: Openers): BackuperError {
  const wanted = forKeys.map(({ publicKeyID }) => publicKeyID.toHex().toUpperCase()).join("', '");
  const code = openers.passphrase === undefined ? 'key-missing' : 'key-wrong';
  return new BackuperError(code, `this backup is for key ID '${wanted}', and no private key is given`, {
    hint: `set ${say.option('privateKey')} and ${say.option('privateKeyPassphrase')}`,
  });
}

function passphraseMissing(): BackuperError {
  return new BackuperError('passphrase-missing', 'this backup is encrypted with a passphrase, and none is given', {
    hint: `set ${say.option('passphrase')}`,
  });
}

export function passphraseWrong(): BackuperError {
  return new BackuperError('passphrase-wrong', 'the passphrase does not open this backup', {
    hint: `check ${say.given('passphrase')}, also for a blank at its end; if it is right, the first bytes of the object are damaged`,
  });
}
