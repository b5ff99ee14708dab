import type { Key, SignaturePacket } from 'openpgp';
import { type Library, libraryConfig } from './library.ts';

interface Revocable {
  revocationSignatures: SignaturePacket[];
}

/**
 * `key` as it was at `date` as far as its retirement goes: revocations because a key was superseded or is no longer used
 * count from their own date on. All others (compromised, no reason) stay, whatever their date.
 */
export async function withoutLaterRetirement(library: Library, key: Key, date: Date): Promise<Key> {
  const { keySuperseded, keyRetired, userIDInvalid } = library.enums.reasonForRevocation;
  const soft: readonly unknown[] = [keySuperseded, keyRetired, userIDInvalid];
  const isLater = ({ reasonForRevocationFlag, created }: SignaturePacket): boolean =>
    soft.includes(reasonForRevocationFlag) && created !== null && created > date;
  if (!partsOf(key).some(({ revocationSignatures }) => revocationSignatures.some(isLater))) return key;
  // read anew: the library notes on a signature that it was found to be revoked
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
