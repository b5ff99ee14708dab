import type { Toc, TocEntry } from '@postgres-backuper/postgres';
import { type EntryChoice, type EntrySection, isAbout, type LeftOutReason, RULES } from './entry-rules.ts';

export interface ChosenEntries {
  readonly kept: readonly TocEntry[];
  readonly leftOut: readonly LeftOutEntry[];
}

export interface LeftOutEntry {
  readonly entry: TocEntry;
  readonly why: LeftOutReason;
}

/** Settings of the archive's session, and what belongs to the database itself. */
const NO_OBJECTS = new Set(['ENCODING', 'STDSTRINGS', 'SEARCHPATH', 'DATABASE', 'DATABASE PROPERTIES']);

/** Pure. The entries of objects to restore, in the order of the archive; rows and settings of the session are none. */
export function chooseEntries(toc: Toc, choice: EntryChoice): ChosenEntries {
  const rules = RULES.filter((rule) => rule.applies(choice));
  const kept: TocEntry[] = [];
  const leftOut: LeftOutEntry[] = [];
  let section: EntrySection = 'pre-data';
  for (const entry of toc.entries) {
    if (entry.section !== 'none') section = entry.section;
    if (NO_OBJECTS.has(entry.description) || isAbout(entry, ['DATABASE']) || isOfJournal(entry)) continue;
    const rule = rules.find(({ matches }) => matches(entry, choice, section));
    if (rule === undefined) kept.push(entry);
    else leftOut.push({ entry, why: rule.why });
  }
  return { kept, leftOut };
}

/** Notes of a restore that was unfinished when the backup was made: they would become those of this restore. */
export function isOfJournal({ schema, description = '', tag = '' }: Partial<TocEntry>): boolean {
  return schema === JOURNAL || (description === 'SCHEMA' && tag === JOURNAL);
}

const JOURNAL = 'pgbackuper_restore';
