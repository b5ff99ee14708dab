import type { Key, SignaturePacket } from 'openpgp';
import { type Library, libraryConfig } from './library.ts';

interface Revocable {
  revocationSignatures: SignaturePacket[];
}

/**
 * `key` without retirements after `date`: a revocation as superseded or no longer used counts from its own date on. All
 * other revocations (compromised, no reason) count at any date.
 */
export async function withoutLaterRetirement(library: Library, key: Key, date: Date): Promise<Key> {
  const { keySuperseded, keyRetired, userIDInvalid } = library.enums.reasonForRevocation;
  const soft: readonly unknown[] = [keySuperseded, keyRetired, userIDInvalid];
  const isLater = ({ reasonForRevocationFlag, created }: SignaturePacket): boolean =>
    soft.includes(reasonForRevocationFlag) && created !== null && created > date;
  if (!partsOf(key).some(({ revocationSignatures }) => revocationSignatures.some(isLater))) return key;
  // parsed again: the library marks a signature as revoked once it found so
  const config = libraryConfig(library, 'gnupg', { trusted: true });
  const judged = await library.readKey({ binaryKey: key.toPublic().write(), config });
  for (const part of partsOf(judged)) {
    part.revocationSignatures = part.revocationSignatures.filter((signature) => !isLater(signature));
  }
  return judged;
}

function partsOf(key: Key): readonly Revocable[] {
  return [key, ...key.subkeys, ...key.users] as readonly Revocable[];
}
