import { existsSync } from 'node:fs';
import type { OldPlace } from '@postgres-backuper/legacy';
import { settingsError } from '@postgres-backuper/options';
import { parseDirectory } from '@postgres-backuper/storage-local';
import type { CommandInput } from '../command.ts';
import { checkedPlaces, hasRepository, openStorage, type Place } from './repositories.ts';

/** Labels, whole or without their random end, are never files, even where a file has that name. */
const LABEL = /^backup_\d{8}_\d{6}(_[0-9a-f]{6})?$/;
const NAME_OF_FILE = /\.(sql|dump|dmp|pgdump|custom|backup|bak|tar|tgz)$|\.(gz|bz2|xz|zst|lz4|zip|gpg)$/i;

/** Whether a word behind `restore` means a file that this program did not make. */
export function isOldFile(word: string): boolean {
  if (word === 'latest' || LABEL.test(word)) return false;
  return word.includes('/') || NAME_OF_FILE.test(word) || existsSync(word);
}

/** Where the original scripts stored in a bucket, unless MINIO_BACKUP_PATH said otherwise. */
const USUAL_FOLDERS = ['backups/postgres/', 'backups/', ''];

/**
 * Where files of the original scripts may lie: in the repositories themselves, and in the folders of their buckets that
 * the scripts used. No key is read: the files are not encrypted. Errors: configuration-invalid.
 */
export async function openOldPlaces({
  resolved,
  ...services
}: CommandInput<'list' | 'restore'>): Promise<readonly OldPlace[]> {
  return Promise.all(checkedPlaces(resolved).map((place) => openOldPlace(place, services)));
}

async function openOldPlace(
  place: Place,
  services: Omit<CommandInput<'list' | 'restore'>, 'resolved'>,
): Promise<OldPlace> {
  const bucket = parseBucket(place.location);
  if (bucket === undefined) {
    const address = parseDirectory(place.location);
    return { address, storage: await openStorage(place, services), folders: ['', 'backups/'] };
  }
  const storage = await openStorage({ ...place, location: bucket.address }, services);
  return { address: bucket.address, storage, folders: [...new Set([bucket.folder, ...USUAL_FOLDERS])] };
}

/**
 * Where a file that is no path has to be looked for, with its key there: the bucket of `s3://bucket/key`, else the
 * repositories, if there are any. Errors: configuration-invalid.
 */
export async function placesOf(
  source: string,
  input: CommandInput<'list' | 'restore'>,
): Promise<{ readonly source: string; readonly places: readonly OldPlace[] }> {
  const { resolved, ...services } = input;
  const bucket = parseBucket(source);
  if (bucket !== undefined) {
    if (!S3_FILE.test(source))
      throw settingsError(['the file is not s3://bucket/key'], 'give a bucket and a key in it');
    const { settings } = resolved;
    const place = { location: bucket.address, source: 'the file', settings };
    const storage = await openStorage(place, services);
    return { source: bucket.key, places: [{ address: bucket.address, storage, folders: [''] }] };
  }
  return { source, places: hasRepository(resolved) ? await openOldPlaces(input) : [] };
}

const S3_FILE = /^s3:\/\/[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]\/./i;

function parseBucket(location: string) {
  const [, address, rest] = /^(s3:\/\/[^/]+)\/?(.*)$/i.exec(location) ?? [];
  if (address === undefined || rest === undefined) return undefined;
  const folder = rest.replace(/\/*$/, '/').replace(/^\//, '');
  return { address, key: rest, folder };
}
