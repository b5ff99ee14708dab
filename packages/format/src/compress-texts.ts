import { constants, createZstdCompress, type ZstdCompress } from 'node:zlib';
import { collectBytes } from './collect-bytes.ts';

/** As `compressDocument`, of a text that comes in parts: only the result is held as a whole. */
export async function compressTexts(texts: Iterable<string>): Promise<Uint8Array> {
  const params = { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 };
  const stream = createZstdCompress({ params });
  const compressed = collectBytes(stream);
  compressed.catch(() => undefined); // reported below
  for (const text of texts) await write(stream, text);
  stream.end();
  return compressed;
}

/** The last part must be consumed before `end`: otherwise Node ends the frame twice, and appends an empty one. */
function write(stream: ZstdCompress, text: string): Promise<void> {
  return new Promise((resolve, reject) => stream.write(text, (error) => (error ? reject(error) : resolve())));
}
