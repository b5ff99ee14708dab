import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

/** The program as one text. */
export interface BundleArchive {
  readonly version: string;
  /** Of the compressed bytes, hexadecimal. */
  readonly sha256: string;
  /** Brotli of a JSON object: the text of each file by its name. */
  readonly base64: string;
}

/** Parts of the bundle that only other hosts load. */
const NOT_FOR_TEAMCITY: readonly string[] = ['github.cjs'];

/** Packs the bundle of a folder; the same files give the same text (the output of zlib differs between machines). */
export async function packBundle(folder: string, version: string): Promise<BundleArchive> {
  const names = (await readdir(folder)).filter((name) => isPart(name)).sort();
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')]));
  const json = Buffer.from(JSON.stringify(Object.fromEntries(files)));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  const packed = brotliCompressSync(json, { params });
  const sha256 = createHash('sha256').update(packed).digest('hex');
  return { version, sha256, base64: packed.toString('base64') };
}

function isPart(name: string): boolean {
  return (name.endsWith('.cjs') && !NOT_FOR_TEAMCITY.includes(name)) || name === 'THIRD_PARTY_LICENSES.txt';
}
