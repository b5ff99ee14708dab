import type { Context } from '@postgres-backuper/base';
import {
  type AddedEntries,
  type ArchiveToc,
  acceptPublic,
  addEntries,
  type Client,
  type DumpOptions,
  directoryToc,
  entryKey,
  exactPatterns,
  madeToc,
  neededEntries,
  type QualifiedName,
  readStandsOn,
  type Selection,
  type Session,
  startDumpToc,
  type TocEntry,
} from '@postgres-backuper/postgres';
import { missingText } from './missing-text.ts';
import type { Tally } from './tally.ts';

/** Objects in one text, at most. */
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
 * What the dump of a part stands on: schemas, extensions, types, functions and sequences go along, as pg_dump writes them.
 * Tables and views do not: a warning names them. Undefined for a whole dump. Errors: those of startDumpToc, of the session.
 */
export async function readCompletion(
  client: Client,
  { dump, archive, session }: CompletionRequest,
  { tally, context }: { readonly tally: Tally; readonly context: Context },
): Promise<CompleteToc | undefined> {
  if (!isPartial(dump.selection)) return undefined;
  const { toc } = await archive;
  const { definitions, sequences, relations } = await readStandsOn(toc.entries, session);
  for (const relation of relations) tally.warn(missingText(relation, dump.selection));
  if (definitions.size === 0) return (read) => acceptPublic(asDirectory(read));
  const from = await readToc(client, { ...dump, selection: DEFINITIONS }, context);
  const entries = neededEntries(from.toc, { objects: definitions, present: toc.entries });
  const values = await readSequences(client, { dump, sequences }, { tally, context });
  const text = addedText([...entries, ...(values?.entries ?? [])], toc.entries);
  if (text !== undefined) context.emit({ type: 'notice', text });
  return (read) => {
    const own = acceptPublic(asDirectory(read));
    return addEntries(values === undefined ? own : addEntries(own, values), { from, entries });
  };
}

/** Sequences, their values, privileges and comments; not their owners, which may be absent. */
async function readSequences(
  client: Client,
  { dump, sequences }: { readonly dump: DumpOptions; readonly sequences: readonly QualifiedName[] },
  { tally, context }: { readonly tally: Tally; readonly context: Context },
): Promise<AddedEntries | undefined> {
  const { patterns, unportable } = exactPatterns(sequences, dump.encoding);
  for (const { schema, name } of unportable)
    tally.warn(`sequence '${schema}.${name}' is needed and not in the backup: pg_dump cannot be given its name`);
  if (patterns.length === 0) return undefined;
  const selection = { ...DEFINITIONS, tables: patterns, excludeTables: [] };
  const from = await readToc(client, { ...dump, selection }, context);
  const isOf = ({ description, tag }: TocEntry): boolean =>
    /^SEQUENCE( SET)?$/.test(description) || tag.startsWith('SEQUENCE ');
  return { from, entries: from.toc.entries.filter(isOf) };
}

function asDirectory(archive: ArchiveToc): ArchiveToc {
  return madeToc(directoryToc(archive));
}

async function readToc(client: Client, dump: DumpOptions, context: Context): Promise<ArchiveToc> {
  const reading = startDumpToc(client, dump, context);
  try {
    return await reading.archive;
  } finally {
    await reading.close();
  }
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
