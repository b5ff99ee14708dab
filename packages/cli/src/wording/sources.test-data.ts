import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

export const PACKAGES = join(import.meta.dirname, '../../..');

/** Where texts for users are made. */
const ROOMS = [
  ...readdirSync(PACKAGES)
    .filter((name) => name !== 'cli' && name !== 'testing')
    .map((name) => `${name}/src`),
  ...['cli/src/commands', 'cli/src/services', 'cli/src/storages', 'cli/src/print'],
];

/** Files of the sources in which texts for users are made, below the folder of the packages. */
export function sources(): readonly string[] {
  return ROOMS.flatMap((room) =>
    readdirSync(join(PACKAGES, room), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !/\.test(-data)?\.ts$/.test(entry.name))
      .map((entry) => relative(PACKAGES, join(entry.parentPath, entry.name))),
  );
}
