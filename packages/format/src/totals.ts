import type { Catalog } from './catalog-document.ts';
import type { BackupFacts, Commit, Totals } from './commit.ts';
import { segmentNumber } from './keys.ts';
import type { ObjectEntry } from './objects.ts';

/** The totals of a commit. `objects`: the entries of the list of objects, so without the list itself. */
export function totalsOf({ files, tables }: Pick<Catalog, 'files' | 'tables'>, objects: Iterable<ObjectEntry>): Totals {
  return {
    rawBytes: sum(files, ({ sizeBytes }) => sizeBytes),
    ...storedOf(objects),
    tables: tables.length,
    rows: sum(tables, ({ rows }) => rows),
  };
}

function storedOf(objects: Iterable<ObjectEntry>): Pick<Totals, 'storedBytes' | 'segments'> {
  const stored = { storedBytes: 0, segments: 0 };
  for (const { key, sizeBytes } of objects) {
    stored.storedBytes += sizeBytes;
    if (segmentNumber(key) !== undefined) stored.segments += 1;
  }
  return stored;
}

/** What the catalog repeats of a commit. */
export function factsOf(commit: BackupFacts | Commit): BackupFacts {
  const { tool, type, parent, parentObjects, imported, note, expiresAt } = commit;
  const { database, serverVersion, clientVersion, startedAt, encryption } = commit;
  return {
    ...{ tool, type, parent, database, serverVersion, clientVersion, startedAt, encryption },
    ...(parentObjects === undefined ? {} : { parentObjects }),
    ...(imported === undefined ? {} : { imported }),
    ...(note === undefined ? {} : { note }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
