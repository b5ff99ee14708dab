const BLOCK = /-----BEGIN PGP ([A-Z ]+)-----[\s\S]*?-----END PGP \1-----/g;

/** One key file's content: armored text (any number of blocks), the same in Base64 on one line, or binary. */
export type KeyText = string | Uint8Array;

export interface KeyBlock {
  readonly armored?: string;
  readonly binary?: Uint8Array;
}

/**
 * Cuts what a user gave into blocks that openpgp can read one by one (it reads only the first of several). Text without
 * armor is taken as Base64, the form for variables that cannot hold several lines. Empty when nothing looks like a key.
 */
export function splitKeyText(text: KeyText): readonly KeyBlock[] {
  if (typeof text !== 'string') return splitBytes(text);
  const armored = (text.includes('\n') ? text : text.replaceAll('\\n', '\n')).match(BLOCK);
  if (armored) return armored.map((block) => ({ armored: block }));
  const compact = text.replaceAll(/\s/g, '');
  if (compact.length < 64 || !/^[A-Za-z0-9+/]+=*$/.test(compact)) return [];
  return splitBytes(Buffer.from(compact, 'base64'));
}

function splitBytes(bytes: Uint8Array): readonly KeyBlock[] {
  // The first bit of every OpenPGP packet is set, of every armored text it is not.
  if (((bytes[0] ?? 0) & 0x80) !== 0) return [{ binary: bytes }];
  const armored = Buffer.from(bytes).toString('latin1').match(BLOCK);
  return armored ? armored.map((block) => ({ armored: block })) : [];
}
