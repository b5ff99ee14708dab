import type { Context } from '../context.ts';
import { BackuperError } from '../errors.ts';
import type { CatalogFile, CatalogTable } from '../format/catalog.ts';
import type { CopyDigest } from '../pipeline/digest.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { type DumpOptions, readArchiveToc } from '../postgres/archive.ts';
import { dumpDirectory, send } from '../postgres/dump.ts';
import type { Inventory } from '../postgres/inventory.ts';
import { dumpLargeObjects, LARGE_OBJECTS_FILE } from '../postgres/large-objects.ts';
import type { Client } from '../postgres/server.ts';
import { readToc, type Toc, type TocEntry } from '../postgres/toc.ts';
import { createSinks } from './sinks.ts';
import type { Tally } from './tally.ts';

/** What went through the pipeline. `files` may be asked only after the pipeline's `finish`. */
export interface Contents {
  readonly toc: Toc;
  /** Text of `pg_restore --list`. */
  readonly list: string;
  readonly tables: readonly CatalogTable[];
  readonly files: () => readonly CatalogFile[];
}

export interface ContentsRequest {
  readonly dump: DumpOptions;
  readonly jobs: number;
  readonly largeObjects: boolean;
  /** Text of globals.sql, undefined: none. */
  readonly globals: string | undefined;
  readonly inventory: Inventory;
  /** Oids of tables that were truncated or rewritten since the snapshot; asked when pg_dump holds its locks. */
  readonly rewrittenTables: () => Promise<ReadonlySet<string>>;
}

/**
 * Sends the whole dump through the pipeline: table files, toc.dat, large objects, globals. Errors: as dumpDirectory;
 * dump-incomplete for a table whose file does not end with the terminator.
 */
export async function sendContents(
  client: Client,
  request: ContentsRequest,
  { pipeline, tally, context }: { pipeline: Pipeline; tally: Tally; context: Context },
): Promise<Contents> {
  const { inventory } = request;
  const { toc: expected, list } = await readArchiveToc(client, request.dump, context);
  const data = dataEntries(expected, inventory);
  tally.expect(data.length, estimate(data, request));

  const sinks = createSinks(pipeline, tally);
  const tocChunks: Buffer[] = [];
  let rewritten: Promise<ReadonlySet<string>> = Promise.resolve(new Set());
  const directory = {
    ...request.dump,
    jobs: request.jobs,
    fileNames: data.map(fileNameOf),
    openSink: (name: string) => (name === 'toc.dat' ? sinks.openPlain(name, tocChunks) : sinks.openTable(name)),
    onWarning: (text: string) => tally.warn(`pg_dump: ${text}`),
    onLocked: () => {
      rewritten = request.rewrittenTables();
      rewritten.catch(() => undefined); // told below
    },
  };
  await dumpDirectory(client, directory, context);
  if (request.largeObjects) {
    await dumpLargeObjects(client, request.dump, { sink: sinks.openPlain(LARGE_OBJECTS_FILE), context });
  }
  if (request.globals !== undefined) {
    const sink = sinks.openPlain('globals.sql');
    await send(sink, Buffer.from(request.globals, 'utf8'), context.signal);
    sink.end();
  }

  const toc = checkToc(Buffer.concat(tocChunks), data);
  return {
    toc,
    list,
    tables: catalogTables(toc, { digests: sinks.tables, inventory, rewritten: await rewritten }),
    files: sinks.files,
  };
}

/** Entries with a data file, in the order in which pg_dump's workers take them: by pages, largest first. */
function dataEntries(toc: Toc, inventory: Inventory): TocEntry[] {
  const pages = (entry: TocEntry): number => inventory.tables.get(entry.oid)?.pages ?? 0;
  return toc.entries.filter((entry) => entry.hasData).sort((a, b) => pages(b) - pages(a) || a.dumpId - b.dumpId);
}

function estimate(data: readonly TocEntry[], { inventory, largeObjects }: ContentsRequest): number {
  const tables = data.reduce((sum, entry) => sum + (inventory.tables.get(entry.oid)?.bytes ?? 0), 0);
  return tables + (largeObjects ? inventory.largeObjectBytes : 0);
}

function fileNameOf(entry: TocEntry): string {
  return `${entry.dumpId}.dat`;
}

/** The real table of contents names exactly the files that were read. */
function checkToc(bytes: Buffer, expected: readonly TocEntry[]): Toc {
  const toc = readToc(bytes);
  if (toc === undefined) throw new BackuperError('dump-incomplete', 'pg_dump left its table of contents incomplete');
  const written = new Set(toc.entries.filter((entry) => entry.hasData).map((entry) => entry.fileName));
  const missing = expected.find((entry) => !written.has(fileNameOf(entry)));
  if (missing !== undefined || written.size !== expected.length) {
    throw new BackuperError('dump-incomplete', 'the tables changed between the two passes of pg_dump', {
      hint: 'run the backup again when no migration is running',
    });
  }
  return toc;
}

interface Passed {
  readonly digests: ReadonlyMap<string, CopyDigest>;
  readonly inventory: Inventory;
  readonly rewritten: ReadonlySet<string>;
}

function catalogTables(toc: Toc, { digests, inventory, rewritten }: Passed): CatalogTable[] {
  const tableIds = new Set(toc.entries.filter((entry) => entry.description === 'TABLE').map((entry) => entry.dumpId));
  const data = toc.entries.filter((entry) => entry.hasData);
  return data.map((entry) => {
    const facts = inventory.tables.get(entry.oid);
    const [schema, table] = [facts?.schema ?? entry.schema, facts?.table ?? entry.tag];
    const copy = digests.get(entry.fileName)?.copy;
    if (copy === undefined) {
      throw new BackuperError('dump-incomplete', `the data of table '${schema}.${table}' ends too soon`, {
        hint: 'run the backup again',
      });
    }
    if (copy.rows === 0 && rewritten.has(entry.oid)) {
      throw new BackuperError('dump-incomplete', `table '${schema}.${table}' was truncated after the snapshot`, {
        hint: 'run the backup again when nothing truncates tables: TRUNCATE hides the rows from older snapshots',
      });
    }
    const { dumpId, copyStatement, fileName: file } = entry;
    return { schema, table, dumpId, file, copyStatement, ...copy, load: loadOf(entry, tableIds) };
  });
}

/** Configuration tables of extensions have data without a TABLE entry. */
function loadOf(entry: TocEntry, tableIds: ReadonlySet<number>): CatalogTable['load'] {
  if (entry.definition.startsWith('-- load via partition root')) return 'root';
  return entry.dependencies.some((id) => tableIds.has(id)) ? 'truncate' : 'in-order';
}
