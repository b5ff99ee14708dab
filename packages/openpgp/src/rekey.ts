import { BackuperError, say } from '@postgres-backuper/base';
import { type Openers, openSessionKeys } from './decrypt.ts';
import { type Audience, encryptSessionKeyFor } from './encrypt.ts';
import { fitsIntegrityPacket, openIntegrityPacket } from './integrity-packet.ts';
import type { Library } from './library.ts';
import { altered, parseMessage } from './message.ts';
import { splitOwnMessage } from './own-message.ts';

/**
 * The same message for other recipients: new packets with the same session key before the same encrypted data, which is not decrypted.
 * Errors: those of the session key, key-missing, key-invalid; message-altered for a message of another form.
 */
export async function rekeyMessage(
  library: Library,
  message: Uint8Array,
  { openers, audience }: { readonly openers: Openers; readonly audience: Audience },
): Promise<Uint8Array> {
  const own = splitOwnMessage(message);
  if (own === undefined) throw otherForm();
  const parsed = await parseMessage(library, own.start, own.start.byteLength);
  const opened = await openSessionKeys(library, parsed, openers);
  const encrypted = message.subarray(own.encryptedAt);
  const keys = opened.filter(({ algorithm }) => algorithm === 'aes256').map(({ data }) => data);
  const head = await encryptSessionKeyFor(library, rightKey(keys, encrypted), audience);
  return Buffer.concat([head, message.subarray(own.encryptedAt - HEADER_BYTES)]);
}

/** The header of the encrypted packet, in the new format with a length of four bytes, and its version. */
const HEADER_BYTES = 7;

/** A message that several keys seem to open is decrypted, to learn which one does. Errors: message-altered. */
function rightKey(keys: readonly Uint8Array[], encrypted: Uint8Array): Uint8Array {
  const fitting = keys.filter((key) => fitsIntegrityPacket(encrypted, key));
  const right = fitting.length > 1 ? fitting.filter((key) => openIntegrityPacket(encrypted, key)) : fitting;
  const [key] = right;
  if (key === undefined) throw altered('its session key does not stand up to its check');
  return key;
}

function otherForm(): BackuperError {
  return new BackuperError(
    'configuration-invalid',
    'the session key of a message of RFC 9580 cannot be given to others',
    {
      hint: `make a new backup for them: ${say.option('openpgpProfile', 'rfc9580')} has another form`,
    },
  );
}

/** Whether two messages have the same encrypted data, for whomever each is. */
export function hasSameData(one: Uint8Array, other: Uint8Array): boolean {
  const [first, second] = [one, other].map((message) => {
    const own = splitOwnMessage(message);
    return own && message.subarray(own.encryptedAt);
  });
  return first !== undefined && second !== undefined && Buffer.compare(first, second) === 0;
}
