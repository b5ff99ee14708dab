import type { Toc, TocEntry } from '@postgres-backuper/postgres';

export interface NeededEntries {
  /** Dump ids. */
  readonly needed: ReadonlySet<number>;
  /** What belongs to the requested objects, but refers to a table that is not requested. */
  readonly cut: readonly TocEntry[];
}

/** Kinds that are parts of another object, or about it. */
const PARTS = new Set([
  ...['DEFAULT', 'SEQUENCE OWNED BY', 'SEQUENCE SET', 'INDEX', 'INDEX ATTACH', 'CONSTRAINT', 'CHECK CONSTRAINT'],
  ...['FK CONSTRAINT', 'TRIGGER', 'RULE', 'POLICY', 'ROW SECURITY', 'STATISTICS', 'TABLE ATTACH', 'TABLE DATA'],
  ...['COMMENT', 'SECURITY LABEL', 'ACL', 'MATERIALIZED VIEW DATA', 'PUBLICATION TABLE'],
]);
/** Kinds that have rows: a part that refers to one that is not requested is cut. */
const RELATIONS = new Set(['TABLE', 'FOREIGN TABLE', 'MATERIALIZED VIEW', 'VIEW']);

/**
 * What must be restored for some objects: they, all that they depend on, and their parts (indexes, keys, triggers,
 * grants, comments …), as far as these refer to nothing else that has rows. Pure.
 */
export function neededEntries({ entries }: Toc, wanted: readonly TocEntry[]): NeededEntries {
  const byId = new Map(entries.map((entry) => [entry.dumpId, entry]));
  const needed = new Set<number>();
  const above = (entry: TocEntry): TocEntry[] =>
    closure([entry], (one) => one.dependencies.flatMap((id) => byId.get(id) ?? []));
  for (const entry of wanted) for (const { dumpId } of above(entry)) needed.add(dumpId);
  const parts = entries.filter(isPart);
  const cut = new Set<TocEntry>();
  for (let before = -1; before !== needed.size; ) {
    before = needed.size;
    for (const part of parts) {
      if (needed.has(part.dumpId) || cut.has(part) || !part.dependencies.some((id) => needed.has(id))) continue;
      const more = above(part).filter(({ dumpId }) => !needed.has(dumpId));
      if (more.some(({ description }) => RELATIONS.has(description))) cut.add(part);
      else for (const { dumpId } of more) needed.add(dumpId);
    }
  }
  return { needed, cut: [...cut].filter((entry) => !needed.has(entry.dumpId)) };
}

/** What cannot be restored without these entries: they, and all that depends on them. Pure. */
export function dependentEntries({ entries }: Toc, without: readonly TocEntry[]): ReadonlySet<number> {
  const users = new Map<number, TocEntry[]>();
  for (const entry of entries) {
    for (const id of entry.dependencies) {
      const known = users.get(id);
      if (known === undefined) users.set(id, [entry]);
      else known.push(entry);
    }
  }
  return new Set(closure(without, ({ dumpId }) => users.get(dumpId) ?? []).map(({ dumpId }) => dumpId));
}

/** An identity's sequence is made by an ALTER TABLE. */
function isPart({ description, definition }: TocEntry): boolean {
  return PARTS.has(description) || (description === 'SEQUENCE' && definition.startsWith('ALTER TABLE'));
}

function closure(from: readonly TocEntry[], next: (entry: TocEntry) => readonly TocEntry[]): TocEntry[] {
  const seen = new Set(from);
  for (const entry of seen) for (const other of next(entry)) seen.add(other);
  return [...seen];
}
