import { say } from '@postgres-backuper/base';
import type { Key, Subkey } from 'openpgp';

/** The curves with algorithm numbers of RFC 9580: X25519, X448, Ed25519, Ed448. */
const NEW_ALGORITHMS = [25, 26, 27, 28];

interface Packet {
  readonly version: number;
  readonly algorithm: number;
}

/** Whether GnuPG imports such a key and decrypts messages for it. No version does so for keys of RFC 9580. */
export function gnupgReads({ keyPacket }: Key | Subkey): boolean {
  const { version, algorithm } = keyPacket as unknown as Packet;
  return version === 4 && !NEW_ALGORITHMS.includes(algorithm);
}

/** Which programs read messages in the form of GnuPG and in the form of RFC 9580; for people. */
export const READERS = {
  gnupg: 'GnuPG 2.2 and later, Sequoia and this program read the backups',
  rfc9580: 'programs for RFC 9580 read the backups, e.g. new versions of Sequoia, but no GnuPG',
} as const;

/** What to do with a key that no GnuPG reads. */
export const OF_RFC9580 = `its kind is of RFC 9580 (Curve25519 and 448 by new numbers, or version 6): use a key made by ${say.command('keygen')} or gpg, or give ${say.option('openpgpProfile', 'rfc9580')} if GnuPG need not read the backups`;
