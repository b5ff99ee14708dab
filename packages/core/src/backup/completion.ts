import { type Context, numberOf } from '@postgres-backuper/base';
import {
  type ArchiveToc,
  acceptPublic,
  addEntries,
  type Client,
  type DumpOptions,
  directoryToc,
  entryKey,
  type MissingRelation,
  madeToc,
  neededEntries,
  readStandsOn,
  type Selection,
  type Session,
  startDumpToc,
  type TocEntry,
} from '@postgres-backuper/postgres';
import type { Tally } from './tally.ts';

/** Definitions in one text, at most. */
const NAMED = 10;
/** All definitions but those of tables, views and sequences; no table is locked. */
const DEFINITIONS = { schemas: [], excludeSchemas: [], tables: [], excludeTables: ['*.*'], excludeTableData: [] };

/** Adds to the table of contents of a part what it stands on. The result is that of a directory. */
export type CompleteToc = (archive: ArchiveToc) => ArchiveToc;

export interface CompletionRequest {
  readonly dump: DumpOptions;
  readonly archive: Promise<ArchiveToc>;
  /** Holds the snapshot. */
  readonly session: Session;
}

/** Whether definitions are left out. */
export function isPartial({ schemas, excludeSchemas, tables, excludeTables }: Selection): boolean {
  return [schemas, excludeSchemas, tables, excludeTables].some((patterns) => patterns.length > 0);
}

/**
 * What the dump of a part stands on: schemas, extensions, types, functions go along, as pg_dump writes them. Tables and
 * views do not: a warning names them. Undefined for a whole dump. Errors: those of startDumpToc, of the session.
 */
export async function readCompletion(
  client: Client,
  { dump, archive, session }: CompletionRequest,
  { tally, context }: { readonly tally: Tally; readonly context: Context },
): Promise<CompleteToc | undefined> {
  if (!isPartial(dump.selection)) return undefined;
  const { toc } = await archive;
  const { definitions, relations } = await readStandsOn(toc.entries, session);
  for (const relation of relations) tally.warn(missingText(relation, dump.selection));
  if (definitions.size === 0) return (read) => acceptPublic(asDirectory(read));
  const from = await readDefinitions(client, dump, context);
  const entries = neededEntries(from.toc, { objects: definitions, present: toc.entries });
  const text = addedText(entries, toc.entries);
  if (text !== undefined) context.emit({ type: 'notice', text });
  return (read) => addEntries(acceptPublic(asDirectory(read)), { from, entries });
}

function asDirectory(archive: ArchiveToc): ArchiveToc {
  return madeToc(directoryToc(archive));
}

async function readDefinitions(client: Client, dump: DumpOptions, context: Context): Promise<ArchiveToc> {
  const reading = startDumpToc(client, { ...dump, selection: DEFINITIONS }, context);
  try {
    return await reading.archive;
  } finally {
    await reading.close();
  }
}

function missingText(relation: MissingRelation, selection: Selection): string {
  const { type, name, neededBy } = relation;
  const [first, ...others] = neededBy;
  const needing = others.length === 0 ? `${first} stands` : `${first} and ${numberOf(others.length, 'other')} stand`;
  return `${needing} on ${type} ${name}, which is not in the backup: a restore cannot make it; ${adviceFor(relation, selection)}`;
}

function adviceFor({ schema, name }: MissingRelation, { tables, schemas }: Selection): string {
  if (tables.length > 0) return `add --table ${name}`;
  return schemas.length > 0 ? `add --schema ${schema}` : 'exclude what needs it too, or keep it';
}

function addedText(entries: readonly TocEntry[], present: readonly TocEntry[]): string | undefined {
  const there = new Set(present.map(entryKey));
  const objects = entries.filter((entry) => entry.catalog !== '0' && !there.has(entryKey(entry)));
  if (objects.length === 0) return undefined;
  const names = objects.map(({ description, schema, tag }) => {
    return `${description.toLowerCase()} '${schema === '' ? '' : `${schema}.`}${tag}'`;
  });
  const rest = names.length > NAMED ? `, and ${names.length - NAMED} more` : '';
  return `what the selection stands on goes along: ${names.slice(0, NAMED).join(', ')}${rest}`;
}
