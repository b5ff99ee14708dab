import type { TocEntry } from '@postgres-backuper/postgres';
import { listed } from '../target/finding.ts';
import { NEWER_FEATURES, type OlderServer } from './newer-features.ts';

/** Entries with something that the server does not know. */
export interface Unknown {
  /** Plural, for people. */
  readonly what: string;
  /** What becomes of it; undefined: the server refuses these entries. */
  readonly becomes: string | undefined;
  /** `schema.name` of each entry. */
  readonly names: readonly string[];
}

export interface FittedEntries {
  readonly entries: readonly TocEntry[];
  readonly unknown: readonly Unknown[];
}

/** Entries as a server takes them that is older than they are, or was built without a part. Pure. */
export function fitEntries(entries: readonly TocEntry[], server: OlderServer): FittedEntries {
  const features = NEWER_FEATURES.filter((feature) => feature.isUnknownTo(server));
  const found = new Map<(typeof features)[number] | typeof METHODS, string[]>();
  const note = (feature: (typeof features)[number] | typeof METHODS, entry: TocEntry): void => {
    found.set(feature, [...(found.get(feature) ?? []), nameOf(entry)]);
  };
  const fitted = entries.map((entry) => {
    let fitting = entry;
    for (const feature of features) {
      if (!feature.kinds.test(entry.description) || !feature.hint.test(fitting.definition)) continue;
      const definition = feature.fit?.(fitting) ?? fitting.definition;
      if (definition !== fitting.definition || feature.holds?.(fitting) === true) note(feature, entry);
      if (definition !== fitting.definition) fitting = { ...fitting, definition };
    }
    if (server.serverMajor >= METHODS_SINCE || !fitting.partitioned || fitting.accessMethod === '') return fitting;
    note(METHODS, entry);
    return { ...fitting, accessMethod: '' };
  });
  const unknown = [...found].map(([{ what, becomes }, names]) => ({ what, becomes, names }));
  return { entries: fitted, unknown };
}

/** Of partitioned tables, for their future partitions. */
const METHODS_SINCE = 17;
const METHODS = { what: 'table access methods of partitioned tables', becomes: 'are left out' } as const;

/** What was made otherwise: sentences. Pure. */
export function fittedTexts(unknown: readonly Unknown[]): readonly string[] {
  return unknown.flatMap(({ what, becomes, names }) =>
    becomes === undefined ? [] : [`${what} ${becomes}, since the server does not know them: ${listed(names)}`],
  );
}

function nameOf({ schema, tag }: TocEntry): string {
  return schema === '' ? tag : `${schema}.${tag}`;
}
