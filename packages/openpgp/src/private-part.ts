import type { Key, Subkey } from 'openpgp';

/** What the library knows of a private part, locked or not. */
interface SecretPacket {
  isDummy(): boolean;
  readonly s2kUsage: number;
  /** All of the private part, where its protection is unknown to the library. */
  readonly unparseableKeyMaterial?: Uint8Array | null;
}

/** Without a passphrase; AEAD; SHA-1. */
const KNOWN_USAGES = [0, 253, 254];
/** Where GnuPG notes that a private part is on a smart card. */
const ON_CARD = 'GNU\x02';

/** Whether the private part is there: an export of one subkey holds empty places for those of the others. */
export function hasPrivatePart({ keyPacket }: Key | Subkey): boolean {
  return 'isDummy' in keyPacket && !(keyPacket as unknown as SecretPacket).isDummy();
}

/** Whether the private part is on a smart card, so that only gpg can use it. */
export function isOnCard(part: Key | Subkey): boolean {
  const { unparseableKeyMaterial: material } = part.keyPacket as unknown as SecretPacket;
  return Boolean(material) && Buffer.from(material ?? []).toString('latin1', 4, 8) === ON_CARD;
}

/** A cipher that the library does not have (Camellia, IDEA), or a checksum of 16 bits instead of SHA-1. */
export function onlyGnupgUnlocks(part: Key | Subkey): boolean {
  if (!hasPrivatePart(part)) return false;
  const { unparseableKeyMaterial, s2kUsage } = part.keyPacket as unknown as SecretPacket;
  return Boolean(unparseableKeyMaterial) || !KNOWN_USAGES.includes(s2kUsage);
}
