import type { Key, Subkey } from 'openpgp';
import { type Library, libraryConfig } from './library.ts';
import { hasPrivatePart } from './private-part.ts';

/** Keeps all signatures, valid or not: which of them count is decided where the key is used. */
const ANY_TIME = null as unknown as Date;

/**
 * Merges two exports of one key: all user IDs, subkeys, self-signatures and revocations of both, and every private part
 * in either. Their order does not matter.
 */
export async function mergeKeys(library: Library, one: Key, other: Key): Promise<Key> {
  const [into, from] = one.isPrivate() || !other.isPrivate() ? [one, other] : [other, one];
  const merged = await into.update(from, ANY_TIME, libraryConfig(library, 'gnupg', { trusted: true }));
  takePrivatePart(merged, from);
  for (const subkey of merged.subkeys) {
    const same = from.subkeys.find((candidate) => candidate.getFingerprint() === subkey.getFingerprint());
    if (same !== undefined) takePrivatePart(subkey, same);
  }
  return merged;
}

/** An export of one subkey has empty placeholders for the private parts of the others. */
function takePrivatePart(into: Key | Subkey, from: Key | Subkey): void {
  if (!hasPrivatePart(into) && hasPrivatePart(from)) (into as { keyPacket: object }).keyPacket = from.keyPacket;
}
