import type { Catalog } from './catalog-document.ts';
import type { BackupFacts, Commit, Totals } from './commit.ts';
import { segmentNumber } from './keys.ts';
import type { ObjectEntry } from './objects.ts';

/** The totals of a commit. `objects`: the entries of the list of objects, so without the list itself. */
export function totalsOf(
  { files, tables }: Pick<Catalog, 'files' | 'tables'>,
  objects: readonly ObjectEntry[],
): Totals {
  return {
    rawBytes: sum(files, ({ sizeBytes }) => sizeBytes),
    storedBytes: sum(objects, ({ sizeBytes }) => sizeBytes),
    segments: objects.filter(({ key }) => segmentNumber(key) !== undefined).length,
    tables: tables.length,
    rows: sum(tables, ({ rows }) => rows),
  };
}

/** What the catalog repeats of a commit. */
export function factsOf(commit: BackupFacts | Commit): BackupFacts {
  const { tool, type, parent, parentObjects, imported } = commit;
  const { database, serverVersion, clientVersion, startedAt, encryption } = commit;
  return {
    ...{ tool, type, parent, database, serverVersion, clientVersion, startedAt, encryption },
    ...(parentObjects === undefined ? {} : { parentObjects }),
    ...(imported === undefined ? {} : { imported }),
  };
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}
