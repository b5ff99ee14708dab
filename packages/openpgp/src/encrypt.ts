import { randomBytes } from 'node:crypto';
import { BackuperError, say } from '@postgres-backuper/base';
import type { Envelope } from '@postgres-backuper/repository';
import type { Key, KeyID, SessionKey } from 'openpgp';
import { sealMessage } from './integrity-packet.ts';
import { judgedAt, type Library, libraryConfig, type Profile } from './library.ts';

/** The recipients: public keys, or else a passphrase. */
export interface Audience {
  readonly keys: readonly Key[];
  /** The subkey of each that is encrypted to. */
  readonly keyIds: readonly KeyID[];
  readonly passphrase?: string;
  readonly profile: Profile;
  readonly now: number;
}

/** One complete binary message with a session key of its own. Errors: key-missing, key-invalid. */
export function encryptMessage(library: Library, plaintext: Uint8Array, to: Audience): Promise<Uint8Array> {
  return guarded(to, () =>
    to.profile === 'gnupg' ? seal(library, plaintext, to) : sealRfc9580(library, plaintext, to),
  );
}

/** The envelope of a message that `writeMessage` will write. Errors: key-missing, key-invalid. */
export function createEnvelope(library: Library, to: Audience): Promise<Envelope> {
  return guarded(to, () => newEnvelope(library, to));
}

async function guarded<Result>(to: Audience, work: () => Promise<Result>): Promise<Result> {
  if (to.keys.length === 0 && to.passphrase === undefined) throw noRecipient();
  try {
    return await work();
  } catch {
    // The keys were checked before: this is not expected.
    throw new BackuperError('key-invalid', 'encryption failed with the given keys', {
      hint: `run ${say.command('check')} to see which key is at fault`,
    });
  }
}

export function noRecipient(): BackuperError {
  return new BackuperError('key-missing', 'there is neither a public key nor a passphrase to encrypt with', {
    hint: `set ${say.option('publicKey')} (${say.command('keygen')} makes a key), or give ${say.option('encryption', 'none')}`,
  });
}

async function seal(library: Library, plaintext: Uint8Array, to: Audience): Promise<Uint8Array> {
  return sealMessage(await newEnvelope(library, to), plaintext);
}

async function newEnvelope(library: Library, to: Audience): Promise<Envelope> {
  const key = randomBytes(32);
  return { head: await headOf(library, key, to), key };
}

/** The packets that hold the session key of a message, for its recipients. Errors: key-missing, key-invalid. */
export function encryptSessionKeyFor(library: Library, key: Uint8Array, to: Audience): Promise<Uint8Array> {
  return guarded(to, () => headOf(library, key, to));
}

function headOf(library: Library, key: Uint8Array, to: Audience): Promise<Uint8Array> {
  return library.encryptSessionKey({
    data: key,
    algorithm: 'aes256',
    ...addressed(to),
    date: judgedAt(to.now),
    config: libraryConfig(library, to.profile),
    format: 'binary',
  });
}

async function sealRfc9580(library: Library, plaintext: Uint8Array, to: Audience): Promise<Uint8Array> {
  const sessionKey = to.keys.length > 0 ? await sessionKeyFor(library, to) : undefined;
  if (sessionKey && sessionKey.aeadAlgorithm !== 'gcm') return seal(library, plaintext, { ...to, profile: 'gnupg' });
  const message = await library.encrypt({
    message: await library.createMessage({ binary: plaintext, date: new Date(0) }),
    ...addressed(to),
    ...(sessionKey ? { sessionKey } : {}),
    date: judgedAt(to.now),
    config: libraryConfig(library, to.profile),
    format: 'binary',
  });
  return message;
}

/** Whether messages have the form of GnuPG: always, unless RFC 9580 is requested and every key announces it. */
export async function isGnupgForm(library: Library, to: Audience): Promise<boolean> {
  if (to.profile === 'gnupg') return true;
  return to.keys.length > 0 && (await sessionKeyFor(library, to)).aeadAlgorithm !== 'gcm';
}

/** `gcm` only where every key announces it; the library's other choice, OCB, runs at megabytes per second. */
async function sessionKeyFor(library: Library, to: Audience): Promise<SessionKey> {
  return library.generateSessionKey({
    encryptionKeys: [...to.keys],
    date: judgedAt(to.now),
    config: libraryConfig(library, to.profile),
  });
}

function addressed(to: Audience): { encryptionKeys: Key[]; encryptionKeyIDs: KeyID[] } | { passwords: string[] } {
  if (to.keys.length === 0) return { passwords: [to.passphrase ?? ''] };
  return { encryptionKeys: [...to.keys], encryptionKeyIDs: [...to.keyIds] };
}
