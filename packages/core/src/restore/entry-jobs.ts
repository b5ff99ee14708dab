import { type EntryOptions, entryText, type Refusal, type TocEntry } from '@postgres-backuper/postgres';
import { isAbout } from './entry-rules.ts';
import { type NotRestored, objectName, reasonOf } from './not-restored.ts';

/** An entry of the table of contents, with the text that restores it. */
export interface EntryJob {
  readonly entry: TocEntry;
  readonly definition: string;
  readonly owner: string;
  /** Overrides the empty one of the session. */
  readonly searchPath?: string | undefined;
  /** Gives an object that is there to its owner: the object is noted already. */
  readonly ownerOnly?: boolean | undefined;
}

/** An entry that the server refused. */
export interface RefusedEntry {
  readonly job: EntryJob;
  readonly refusal: Refusal;
}

/** The steps of a restore, in their order (as `_tocEntryRestorePass` of pg_restore, and the rows between them). */
export interface EntrySteps {
  /** Types, functions, tables: one after another, in the order of the archive. */
  readonly preData: readonly EntryJob[];
  /** Values of sequences. */
  readonly sequences: readonly EntryJob[];
  /** Indexes, constraints, triggers, rules, and comments on them: in parallel, after what they depend on. */
  readonly postData: readonly EntryJob[];
  /** Row security and policies: after foreign keys, whose check by an ordinary owner they would refuse. */
  readonly policies: readonly EntryJob[];
  /** Grants: after all that needs the rights of an owner. */
  readonly grants: readonly EntryJob[];
  /** Rows of materialized views: their queries may need grants. */
  readonly refreshes: readonly EntryJob[];
  /** Last, since one may forbid any of the others. */
  readonly eventTriggers: readonly EntryJob[];
}

type Step = keyof EntrySteps;

/** Pure. Rows of tables and large objects are not entries to run. */
export function entrySteps(entries: readonly TocEntry[], options: EntryOptions): EntrySteps {
  const steps: Record<Step, EntryJob[]> = {
    ...{ preData: [], sequences: [], postData: [], policies: [], grants: [], refreshes: [], eventTriggers: [] },
  };
  let section: TocEntry['section'] = 'pre-data';
  for (const entry of entries) {
    if (entry.section !== 'none') section = entry.section;
    const step = stepOf(entry, section);
    if (step === undefined) continue;
    const { definition, owner } = entryText(entry, options);
    if (definition !== '') steps[step].push({ entry, definition, owner });
  }
  return steps;
}

function stepOf(entry: TocEntry, section: TocEntry['section']): Step | undefined {
  const { description } = entry;
  if (entry.hasData || isOfLargeObjects(entry)) return undefined;
  if (isAbout(entry, ['EVENT TRIGGER'])) return 'eventTriggers';
  if (description === 'MATERIALIZED VIEW DATA') return 'refreshes';
  if (/^(DEFAULT )?ACL/.test(description)) return 'grants';
  if (description === 'SEQUENCE SET') return 'sequences';
  if (isAbout(entry, ['ROW SECURITY', 'POLICY'])) return 'policies';
  return section === 'pre-data' ? 'preData' : 'postData';
}

/** pg_restore restores them: the archive has one definition for many. */
export function isOfLargeObjects(entry: TocEntry): boolean {
  return isAbout(entry, ['BLOB', 'BLOBS', 'BLOB METADATA', 'LARGE OBJECT', 'LARGE OBJECTS']);
}

/** The verdict on an entry that stays refused. */
export function notRestored({ job, refusal }: RefusedEntry, rows: { readonly whole: boolean }): NotRestored {
  const { entry, definition, owner } = job;
  const lack =
    refusal.part === 'owner' ? 'owner' : entry.description === 'MATERIALIZED VIEW DATA' ? 'not-populated' : 'missing';
  return {
    object: objectName(entry),
    lack,
    reason: reasonOf(refusal, rows),
    sqlState: refusal.sqlState,
    statement: refusal.part === 'owner' ? owner : [definition.trim(), owner].filter((part) => part !== '').join('\n'),
  };
}
