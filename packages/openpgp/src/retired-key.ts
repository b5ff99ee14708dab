import type { Key, SignaturePacket } from 'openpgp';
import type { Library } from './library.ts';

/**
 * `key` as it was at `date` as far as its retirement goes: revocations because a key was superseded or is no longer used
 * count from their own date on. All others (compromised, no reason) stay, whatever their date.
 */
export function withoutLaterRetirement(library: Library, key: Key, date: Date): Key {
  const { keySuperseded, keyRetired, userIDInvalid } = library.enums.reasonForRevocation;
  const soft: readonly unknown[] = [keySuperseded, keyRetired, userIDInvalid];
  const counts = ({ reasonForRevocationFlag, created }: SignaturePacket): boolean =>
    !soft.includes(reasonForRevocationFlag) || created === null || created <= date;
  const judged = new library.PublicKey(key.toPublic().toPacketList());
  for (const part of [judged, ...judged.subkeys, ...judged.users] as { revocationSignatures: SignaturePacket[] }[]) {
    part.revocationSignatures = part.revocationSignatures.filter(counts);
  }
  return judged;
}
