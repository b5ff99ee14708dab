import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Remark } from '@postgres-backuper/repository';
import { isKeyPart } from './key-path.ts';

/** Most links that are named. */
const NAMED = 5;
/** The folders of a name's backups. */
export const ROOMS: readonly string[] = ['backups', 'data', 'records'];

/** Warns of symbolic links in place of objects or folders: no command follows them. Errors: those of the system. */
export async function linkRemarks(base: string): Promise<Remark[]> {
  const links = await linksOf(base);
  if (links.length === 0) return [];
  const more = links.length > NAMED ? ` and ${links.length - NAMED} more` : '';
  const named = links
    .slice(0, NAMED)
    .map((each) => `'${each}'`)
    .join(', ');
  const hint = 'put the files themselves in the place of the links: what a link points to counts for no backup';
  return [{ text: `symbolic links are not followed: ${named}${more}`, hint }];
}

/** Links relative to `base`: names, the folders in them, and what is in these. */
async function linksOf(base: string): Promise<string[]> {
  const links: string[] = [];
  const look = async (folder: string, isWanted: (name: string) => boolean): Promise<string[]> => {
    const entries = (await entriesIn(join(base, folder))).filter(({ name }) => isKeyPart(name) && isWanted(name));
    const paths = (wanted: (entry: Dirent) => boolean) => entries.filter(wanted).map(({ name }) => join(folder, name));
    links.push(...paths((entry) => entry.isSymbolicLink()));
    return paths((entry) => entry.isDirectory());
  };
  for (const name of await look('', () => true)) {
    for (const room of await look(name, (each) => ROOMS.includes(each))) await look(room, () => true);
  }
  return links.sort();
}

async function entriesIn(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true });
}
