import type { TocEntry } from '@postgres-backuper/postgres';

/** Parts of a backup that are left out on request. Default of each: it is restored. */
export interface LeaveOut {
  readonly eventTriggers?: boolean;
  readonly publications?: boolean;
  readonly subscriptions?: boolean;
  readonly comments?: boolean;
  readonly securityLabels?: boolean;
  /** Names of extensions. What needs them is refused by the server. */
  readonly excludeExtensions?: readonly string[];
}

/** What decides which entries of the table of contents are restored. */
export interface EntryChoice extends LeaveOut {
  readonly privileges: boolean;
  /** False leaves out policies and user mappings. */
  readonly policies: boolean;
  /** False leaves out subscriptions and publications, as a drill does. */
  readonly replication: boolean;
  /** Dump ids of the entries of the selected objects; undefined: all. */
  readonly needed?: ReadonlySet<number> | undefined;
  /** Leaves out values of sequences and rows of materialized views. */
  readonly schemaOnly: boolean;
  /** Only entries of these sections. Default: all. */
  readonly sections?: readonly EntrySection[] | undefined;
}

/** What belongs to another object is in its section. */
export type EntrySection = Exclude<TocEntry['section'], 'none'>;

/** `selection`: some objects were requested; the others are options of the restore or parts of a drill. */
export type LeftOutReason =
  | 'selection'
  | 'schemaOnly'
  | 'section'
  | 'replication'
  | 'noPrivileges'
  | 'noPolicies'
  | 'noEventTriggers'
  | 'noPublications'
  | 'noSubscriptions'
  | 'noComments'
  | 'noSecurityLabels'
  | 'excludeExtension';

/** One way to leave entries out. */
export interface Rule {
  readonly why: LeftOutReason;
  /** Whether the rule is in force. */
  applies(choice: EntryChoice): boolean;
  matches(entry: TocEntry, choice: EntryChoice, section: EntrySection): boolean;
}

const PUBLICATIONS = ['PUBLICATION', 'PUBLICATION TABLE', 'PUBLICATION TABLES IN SCHEMA'];
const SUBSCRIPTIONS = ['SUBSCRIPTION', 'SUBSCRIPTION TABLE'];

/** Each way to leave entries out is one row. */
export const RULES: readonly Rule[] = [
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
    why: 'section',
    applies: ({ sections }) => sections !== undefined,
    matches: (_, { sections }, section) => sections?.includes(section) === false,
  },
  {
    why: 'noPrivileges',
    applies: ({ privileges }) => !privileges,
    matches: ({ description }) => /^(DEFAULT )?ACL/.test(description),
  },
  {
    why: 'noPolicies',
    applies: ({ policies }) => !policies,
    matches: (entry) => isAbout(entry, ['POLICY', 'USER MAPPING']),
  },
  {
    why: 'replication',
    applies: ({ replication }) => !replication,
    matches: (entry) => isAbout(entry, [...PUBLICATIONS, ...SUBSCRIPTIONS]),
  },
  {
    why: 'noEventTriggers',
    applies: ({ eventTriggers }) => eventTriggers === false,
    matches: (entry) => isAbout(entry, ['EVENT TRIGGER']),
  },
  {
    why: 'noPublications',
    applies: ({ publications }) => publications === false,
    matches: (entry) => isAbout(entry, PUBLICATIONS),
  },
  {
    why: 'noSubscriptions',
    applies: ({ subscriptions }) => subscriptions === false,
    matches: (entry) => isAbout(entry, SUBSCRIPTIONS),
  },
  {
    why: 'noComments',
    applies: ({ comments }) => comments === false,
    matches: ({ description }) => description === 'COMMENT',
  },
  {
    why: 'noSecurityLabels',
    applies: ({ securityLabels }) => securityLabels === false,
    matches: ({ description }) => description === 'SECURITY LABEL',
  },
  {
    why: 'excludeExtension',
    applies: ({ excludeExtensions = [] }) => excludeExtensions.length > 0,
    matches: (entry, { excludeExtensions = [] }) =>
      isAbout(entry, ['EXTENSION']) && excludeExtensions.includes(extensionOf(entry)),
  },
];

/** The tag of a comment is `EXTENSION name`; a name is quoted where it must be. */
export function extensionOf({ description, tag }: TocEntry): string {
  if (description === 'EXTENSION') return tag;
  const name = tag.replace(/^EXTENSION /, '');
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/** Whether an entry makes an object of one of these kinds, or comments, labels or grants on one. */
export function isAbout({ description, tag }: TocEntry, kinds: readonly string[]): boolean {
  if (kinds.includes(description)) return true;
  return OF_ANOTHER.has(description) && kinds.some((kind) => tag.startsWith(`${kind} `));
}

/** Entries about an object whose kind their tag begins with. */
const OF_ANOTHER = new Set(['ACL', 'COMMENT', 'SECURITY LABEL']);
