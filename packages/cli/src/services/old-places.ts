import { existsSync } from 'node:fs';
import type { OldPlace } from '@postgres-backuper/legacy';
import type { CommandInput } from '../command.ts';
import { DIRECTORY } from '../storages/directory.ts';
import { storageKind } from '../storages/storages.ts';
import { checkedPlaces, hasRepository, openStorage, type Place } from './repositories.ts';

/** Labels, whole or without their random digits, are never files, even if a file has that name. */
const LABEL = /^backup_\d{8}_\d{6}(_[0-9a-f]{6})?$/;
const NAME_OF_FILE = /\.(sql|dump|dmp|pgdump|custom|backup|bak|tar|tgz)$|\.(gz|bz2|xz|zst|lz4|zip|gpg|pgp|asc)$/i;

/** Whether the argument of `restore` is an old file. */
export function isOldFile(word: string): boolean {
  if (word === 'latest' || LABEL.test(word)) return false;
  return word.includes('/') || NAME_OF_FILE.test(word) || existsSync(word);
}

/** Old files are only read, and so may be in a folder of the job. */
export const NO_HOST = {};

/**
 * Where old files may be: in the repositories, and in the folders of their buckets that the original scripts used. No
 * key is read: the files are not encrypted. Errors: configuration-invalid.
 */
export async function openOldPlaces({
  resolved,
  ...services
}: CommandInput<'list' | 'restore' | 'import'>): Promise<readonly OldPlace[]> {
  const places = checkedPlaces(resolved, NO_HOST);
  return Promise.all(places.map((place) => openOldPlace(place, services)));
}

async function openOldPlace(
  place: Place,
  services: Omit<CommandInput<'list' | 'restore' | 'import'>, 'resolved'>,
): Promise<OldPlace> {
  const { location, address, folders } = (storageKind(place.location) ?? DIRECTORY).oldFolders(place.location);
  return { address, folders, storage: await openStorage({ ...place, location }, services) };
}

/**
 * Where to look for an old file that is not a path, with its key there: the storage of its URL, else the repositories, if
 * any. Errors: configuration-invalid.
 */
export async function placesOf(
  source: string,
  input: CommandInput<'list' | 'restore' | 'import'>,
): Promise<{ readonly source: string; readonly places: readonly OldPlace[] }> {
  const { resolved, ...services } = input;
  const file = storageKind(source)?.oldFile(source);
  if (file === undefined) return { source, places: hasRepository(resolved) ? await openOldPlaces(input) : [] };
  const { location, key } = file;
  const storage = await openStorage({ location, settings: resolved.settings }, services);
  return { source: key, places: [{ address: location, storage, folders: [''] }] };
}
