import { type Context, isBackuperError } from '@postgres-backuper/base';
import type { Storage } from '@postgres-backuper/repository';

const LEGACY = /^backup_(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})\.sql(\.gz)?$/;

/** A storage that may hold files of the original scripts. */
export interface OldPlace {
  /** The text before a key in an argument of `restore`: a directory, or `s3://bucket`. */
  readonly address: string;
  readonly storage: Pick<Storage, 'list' | 'get' | 'location'>;
  /** Each is '' or ends with '/'. */
  readonly folders: readonly string[];
}

/** A plain dump of the original scripts: not encrypted, without a hash, its database unknown. */
export interface LegacyBackup {
  /** The argument for `restore`. */
  readonly source: string;
  readonly location: string;
  readonly key: string;
  /** From the file's name, in the local time of its maker: `2024-03-15 12:00:00`. */
  readonly madeAt: string;
  readonly sizeBytes: number;
  readonly compressed: boolean;
}

/**
 * Lists the old files in the folders of each place, newest first. A folder that may not be listed is skipped with a
 * notice, except the first. Errors: those of the storage.
 */
export async function listLegacy(
  { places }: { readonly places: readonly OldPlace[] },
  { signal, emit }: Pick<Context, 'signal' | 'emit'>,
): Promise<LegacyBackup[]> {
  const found: LegacyBackup[] = [];
  for (const place of places) {
    for (const [index, folder] of place.folders.entries()) {
      try {
        for await (const file of listFolder(place, folder, signal)) found.push(file);
      } catch (error) {
        if (index === 0 || !isBackuperError(error, 'storage-denied')) throw error;
        emit({ type: 'notice', text: `'${folder}' in '${place.storage.location}' may not be listed` });
      }
    }
  }
  return found.sort((a, b) => (a.madeAt < b.madeAt ? 1 : -1));
}

async function* listFolder(
  { address, storage }: OldPlace,
  folder: string,
  signal: AbortSignal,
): AsyncGenerator<LegacyBackup> {
  for await (const { key, sizeBytes, unreadable } of storage.list(`${folder}backup_`, { signal })) {
    const legacy = parseLegacyKey(key.slice(folder.length));
    if (legacy === undefined || unreadable !== undefined) continue;
    yield { source: `${address}/${key}`, location: storage.location, key, sizeBytes, ...legacy };
  }
}

/** Parses the name of an old file; undefined for another file. */
function parseLegacyKey(name: string): Pick<LegacyBackup, 'madeAt' | 'compressed'> | undefined {
  const parts = LEGACY.exec(name);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, gz] = parts;
  return { madeAt: `${year}-${month}-${day} ${hour}:${minute}:${second}`, compressed: gz !== undefined };
}
