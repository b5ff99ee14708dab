import { repairArmor } from './repair-armor.ts';

const BLOCK = /-----BEGIN PGP ([A-Z ]+)-----[\s\S]*?-----END PGP \1-----/g;

/** One key file's content: armored text (any number of blocks), the same in Base64 on one line, or binary. */
export type KeyText = string | Uint8Array;

export interface KeyBlock {
  readonly armored?: string;
  readonly binary?: Uint8Array;
}

/**
 * Splits a user's text into blocks that openpgp can read one by one (of several it reads only the first). Text without
 * armor is read as Base64, the form for variables that cannot hold several lines. Line ends that are lost in a variable,
 * or written as `\n`, are restored. Empty if nothing looks like a key.
 */
export function splitKeyText(text: KeyText): readonly KeyBlock[] {
  if (typeof text !== 'string') return splitBytes(text);
  const lines = text.replaceAll(/\\r\\n|\\[rn]/g, '\n');
  const armored = armoredBlocks(lines);
  if (armored.length > 0) return armored;
  const compact = lines.replaceAll(/\s/g, '');
  if (compact.length < 64 || !/^[A-Za-z0-9+/]+=*$/.test(compact)) return [];
  return splitBytes(Buffer.from(compact, 'base64'));
}

function splitBytes(bytes: Uint8Array): readonly KeyBlock[] {
  const text = Buffer.from(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return armoredBlocks(text.toString('utf16le')); // as PowerShell writes files
  // The first bit is set in every OpenPGP packet, and in no armored text.
  if (((bytes[0] ?? 0) & 0x80) !== 0) return [{ binary: bytes }];
  return armoredBlocks(text.toString('latin1'));
}

function armoredBlocks(text: string): readonly KeyBlock[] {
  return (text.match(BLOCK) ?? []).map((block) => ({ armored: repairArmor(block) }));
}
