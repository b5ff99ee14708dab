import type { Key, Subkey } from 'openpgp';

/** The library's data of a private part, locked or not. */
interface SecretPacket {
  isDummy(): boolean;
  readonly s2kUsage: number;
  /** The whole private part, if the library does not know its protection. */
  readonly unparseableKeyMaterial?: Uint8Array | null;
}

/** Without a passphrase; AEAD; SHA-1. */
const KNOWN_USAGES = [0, 253, 254];
/** Where GnuPG notes that a private part is on a smart card. */
const ON_CARD = 'GNU\x02';

/** Whether it has a private part: an export of one subkey has empty placeholders for those of the others. */
export function hasPrivatePart({ keyPacket }: Key | Subkey): boolean {
  return 'isDummy' in keyPacket && !(keyPacket as unknown as SecretPacket).isDummy();
}

/** Whether the private part is on a smart card, so that only gpg can use it. */
export function isOnCard(part: Key | Subkey): boolean {
  const { unparseableKeyMaterial: material } = part.keyPacket as unknown as SecretPacket;
  return Boolean(material) && Buffer.from(material ?? []).toString('latin1', 4, 8) === ON_CARD;
}

/** Whether it has a cipher that the library lacks (Camellia, IDEA), or a checksum of 16 bits instead of SHA-1. */
export function onlyGnupgUnlocks(part: Key | Subkey): boolean {
  if (!hasPrivatePart(part)) return false;
  const { unparseableKeyMaterial, s2kUsage } = part.keyPacket as unknown as SecretPacket;
  return Boolean(unparseableKeyMaterial) || !KNOWN_USAGES.includes(s2kUsage);
}
