import type { Toc, TocEntry } from './toc.ts';

/** Entries about another one: its privileges, comment, label. They name it as their dependency. */
const ABOUT = /^(ACL|COMMENT|SECURITY LABEL)$/;

/** The same for an object in pg_depend and in a table of contents. */
export function objectKey({ catalog, oid }: Pick<TocEntry, 'catalog' | 'oid'>): string {
  return `${catalog}/${oid}`;
}

/** Whether the entry defines an object of its own. */
export function isObject({ catalog, oid }: Pick<TocEntry, 'catalog' | 'oid'>): boolean {
  return Number(catalog) > 0 && Number(oid) > 0;
}

/** The same for one object in two archives of one database; a shell type has no oids. */
export function entryKey(entry: TocEntry): string {
  return isObject(entry) ? objectKey(entry) : `${entry.description} ${entry.schema} ${entry.tag}`;
}

/**
 * The entries that define these objects, and those that they depend on, in the order of the archive. Those that
 * `present` does not have come with their comments and privileges. Pure.
 */
export function neededEntries(
  { entries }: Pick<Toc, 'entries'>,
  { objects, present }: { readonly objects: ReadonlySet<string>; readonly present: readonly TocEntry[] },
): readonly TocEntry[] {
  const there = new Set(present.map(entryKey));
  const byId = new Map(entries.map((entry) => [entry.dumpId, entry]));
  const chosen = new Map<number, TocEntry>();
  const choose = (entry: TocEntry | undefined): void => {
    if (entry === undefined || chosen.has(entry.dumpId)) return;
    chosen.set(entry.dumpId, entry);
    for (const id of entry.dependencies) choose(byId.get(id));
  };
  for (const entry of entries) if (objects.has(objectKey(entry))) choose(entry);
  const isNew = (entry: TocEntry | undefined): boolean => entry !== undefined && !there.has(entryKey(entry));
  const isAbout = ({ description, dependencies }: TocEntry): boolean =>
    ABOUT.test(description) && dependencies.some((id) => isNew(chosen.get(id)));
  return entries.filter((entry) => chosen.has(entry.dumpId) || isAbout(entry));
}
