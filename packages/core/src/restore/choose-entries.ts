import type { Toc, TocEntry } from '@postgres-backuper/postgres';

/** What decides which entries of the table of contents are restored. */
export interface EntryChoice {
  readonly privileges: boolean;
  /** False leaves out policies and user mappings. */
  readonly policies: boolean;
  /** False leaves out subscriptions and publications, as a drill does. */
  readonly replication: boolean;
  /** Dump ids of the entries of the selected objects; undefined: all. */
  readonly needed?: ReadonlySet<number> | undefined;
  /** Leaves out values of sequences and rows of materialized views. */
  readonly schemaOnly: boolean;
}

export interface ChosenEntries {
  readonly kept: readonly TocEntry[];
  readonly leftOut: readonly LeftOutEntry[];
}

export interface LeftOutEntry {
  readonly entry: TocEntry;
  readonly why: LeftOutReason;
}

/** `selection`: some objects were requested; the others are options of the restore or parts of a drill. */
export type LeftOutReason = 'selection' | 'schemaOnly' | 'noPrivileges' | 'policies' | 'replication';

interface Rule {
  readonly why: LeftOutReason;
  /** Whether the rule is in force. */
  applies(choice: EntryChoice): boolean;
  matches(entry: TocEntry, choice: EntryChoice): boolean;
}

/** Each way to leave entries out is one row. */
const RULES: readonly Rule[] = [
  {
    why: 'selection',
    applies: ({ needed }) => needed !== undefined,
    matches: ({ dumpId }, { needed }) => needed?.has(dumpId) === false,
  },
  {
    why: 'schemaOnly',
    applies: ({ schemaOnly }) => schemaOnly,
    matches: (entry) => isAbout(entry, ['SEQUENCE SET', 'MATERIALIZED VIEW DATA']),
  },
  {
    why: 'noPrivileges',
    applies: ({ privileges }) => !privileges,
    matches: ({ description }) => /^(DEFAULT )?ACL/.test(description),
  },
  {
    why: 'policies',
    applies: ({ policies }) => !policies,
    matches: (entry) => isAbout(entry, ['POLICY', 'USER MAPPING']),
  },
  {
    why: 'replication',
    applies: ({ replication }) => !replication,
    matches: (entry) =>
      isAbout(entry, [
        'PUBLICATION',
        'PUBLICATION TABLE',
        'PUBLICATION TABLES IN SCHEMA',
        'SUBSCRIPTION',
        'SUBSCRIPTION TABLE',
      ]),
  },
];

/** Settings of the archive's session, and what belongs to the database itself. */
const NO_OBJECTS = new Set(['ENCODING', 'STDSTRINGS', 'SEARCHPATH', 'DATABASE', 'DATABASE PROPERTIES']);

/** Pure. The entries of objects to restore, in the order of the archive; rows and settings of the session are none. */
export function chooseEntries(toc: Toc, choice: EntryChoice): ChosenEntries {
  const rules = RULES.filter((rule) => rule.applies(choice));
  const kept: TocEntry[] = [];
  const leftOut: LeftOutEntry[] = [];
  for (const entry of toc.entries) {
    if (NO_OBJECTS.has(entry.description) || isAbout(entry, ['DATABASE'])) continue;
    const rule = rules.find(({ matches }) => matches(entry, choice));
    if (rule === undefined) kept.push(entry);
    else leftOut.push({ entry, why: rule.why });
  }
  return { kept, leftOut };
}

/** Whether an entry makes an object of one of these kinds, or comments, labels or grants on one. */
export function isAbout({ description, tag }: TocEntry, kinds: readonly string[]): boolean {
  if (kinds.includes(description)) return true;
  return OF_ANOTHER.has(description) && kinds.some((kind) => tag.startsWith(`${kind} `));
}

/** Entries about an object whose kind their tag begins with. */
const OF_ANOTHER = new Set(['ACL', 'COMMENT', 'SECURITY LABEL']);
