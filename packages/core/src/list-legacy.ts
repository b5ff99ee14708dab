import type { Context } from './context.ts';
import type { Storage } from './storage.ts';

/** Where the original scripts stored: at the top of a directory, and below `backups/` in a bucket. */
const PREFIXES = ['backup_', 'backups/backup_'];
const LEGACY = /^(?:backups\/)?backup_(\d{4})(\d{2})(\d{2})_(\d{2})(\d{2})(\d{2})\.sql(\.gz)?$/;

/** A plain dump of the original scripts: not encrypted, without a hash, its database unknown. */
export interface LegacyBackup {
  readonly location: string;
  readonly key: string;
  /** As the file's name says, in the local time of whoever made it: `2024-03-15 12:00:00`. */
  readonly madeAt: string;
  readonly sizeBytes: number;
  readonly compressed: boolean;
}

/** The old files in each storage, newest first. Errors: those of the storage. */
export async function listLegacy(
  { storages }: { readonly storages: readonly Storage[] },
  { signal }: Pick<Context, 'signal'>,
): Promise<LegacyBackup[]> {
  const found: LegacyBackup[] = [];
  for (const storage of storages) {
    for (const prefix of PREFIXES) {
      for await (const { key, sizeBytes } of storage.list(prefix, { signal })) {
        const legacy = parseLegacyKey(key);
        if (legacy !== undefined) found.push({ location: storage.location, key, sizeBytes, ...legacy });
      }
    }
  }
  return found.sort((a, b) => (a.madeAt < b.madeAt ? 1 : -1));
}

/** What the name of an old file tells, or undefined: it is none. */
export function parseLegacyKey(key: string): Pick<LegacyBackup, 'madeAt' | 'compressed'> | undefined {
  const parts = LEGACY.exec(key);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, gz] = parts;
  return { madeAt: `${year}-${month}-${day} ${hour}:${minute}:${second}`, compressed: gz !== undefined };
}
