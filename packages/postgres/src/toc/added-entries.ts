import { type ArchiveToc, madeToc } from './archive-toc.ts';
import { archiveInteger, archiveString, INTEGER_BYTES } from './archive-values.ts';
import { entryKey } from './needed-entries.ts';
import type { TocEntry } from './toc.ts';

/** Entries of the database itself, at the start of each archive: `pg_restore --create` makes it first. */
const OF_DATABASE = /^(ENCODING|STDSTRINGS|SEARCHPATH|DATABASE|DATABASE PROPERTIES)$/;

/** Definitions of another archive of the same pg_dump and database, in its order. */
export interface AddedEntries {
  readonly from: ArchiveToc;
  /** Entries of it without data, each after those that it depends on. */
  readonly entries: readonly TocEntry[];
}

/**
 * The table of contents with more definitions, before all others: what the others stand on. Their dump ids become free
 * ones. Those that it has already move there, since an added one may depend on them. Both archives are directories. Pure.
 */
export function addEntries(archive: ArchiveToc, { from, entries }: AddedEntries): ArchiveToc {
  const { toc, bytes } = archive;
  const own = new Map(toc.entries.map((entry) => [entryKey(entry), entry]));
  const moved = new Set(entries.flatMap((entry) => own.get(entryKey(entry)) ?? []));
  const last = toc.entries.reduce((id, entry) => Math.max(id, entry.dumpId, ...entry.dependencies), 0);
  const idOf = new Map(
    entries.map((entry, index) => [entry.dumpId, own.get(entryKey(entry))?.dumpId ?? last + 1 + index]),
  );
  const ofOwn = (entry: TocEntry): Buffer => bytes.subarray(entry.startsAt, entry.endsAt);
  const ofAdded = (entry: TocEntry): Buffer => {
    const same = own.get(entryKey(entry));
    return same === undefined ? renumbered(entry, { from, idOf }) : ofOwn(same);
  };
  return madeToc(
    Buffer.concat([
      bytes.subarray(0, toc.entriesAt - INTEGER_BYTES),
      archiveInteger(toc.entries.length + entries.length - moved.size),
      ...toc.entries.filter(isOfDatabase).map(ofOwn),
      ...entries.map(ofAdded),
      ...toc.entries.filter((entry) => !isOfDatabase(entry) && !moved.has(entry)).map(ofOwn),
    ]),
  );
}

function isOfDatabase({ description, tag }: TocEntry): boolean {
  return OF_DATABASE.test(description) || tag.startsWith('DATABASE ');
}

/**
 * The entry's bytes with other ids. It begins with its id, and ends with its dependencies, the mark of their end and the
 * empty name of a data file.
 */
function renumbered(
  entry: TocEntry,
  { from, idOf }: { readonly from: ArchiveToc; readonly idOf: ReadonlyMap<number, number> },
): Buffer {
  const dependencies = entry.dependencies.reduce((sum, id) => sum + INTEGER_BYTES + String(id).length, 0);
  const endAt = entry.endsAt - 2 * INTEGER_BYTES;
  return Buffer.concat([
    archiveInteger(idOf.get(entry.dumpId) ?? 0),
    from.bytes.subarray(entry.startsAt + INTEGER_BYTES, endAt - dependencies),
    ...entry.dependencies.flatMap((id) => (idOf.has(id) ? [archiveString(String(idOf.get(id)))] : [])),
    from.bytes.subarray(endAt, entry.endsAt),
  ]);
}
