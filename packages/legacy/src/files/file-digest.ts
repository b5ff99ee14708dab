import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { OldFile } from './old-file.ts';

/** What identifies a file. */
export interface FileDigest {
  readonly sizeBytes: number;
  /** Of a directory: of the lines that `sha256sum *` prints in it, in the order of the names' bytes. */
  readonly sha256: string;
}

/** Errors: those of the file. */
export async function fileDigest(file: OldFile): Promise<FileDigest> {
  return file.isDirectory && file.path !== undefined ? digestFolder(file.path) : digestBytes(file.bytes());
}

async function digestBytes(bytes: AsyncIterable<Buffer>): Promise<FileDigest> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of bytes) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}

async function digestFolder(path: string): Promise<FileDigest> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for (const name of (await readdir(path)).sort(byBytes)) {
    const one = await digestBytes(createReadStream(join(path, name)) as AsyncIterable<Buffer>);
    hash.update(`${one.sha256}  ${name}\n`);
    sizeBytes += one.sizeBytes;
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
