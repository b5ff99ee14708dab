import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pins } from './script.ts';

/** The pins of the files in `dist/` that make up the command line; the main file of GitHub's actions is not one. */
export async function pinsOf(dist: string): Promise<Pins> {
  const names = (await readdir(dist)).filter((name) => name.endsWith('.cjs') && name !== 'github.cjs').sort();
  const pinned = names.map(async (name) => {
    const bytes = await readFile(join(dist, name));
    return [name, createHash('sha256').update(bytes).digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(pinned));
}
