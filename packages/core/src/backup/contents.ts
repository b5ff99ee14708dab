import { BackuperError, type Context } from '@postgres-backuper/base';
import { type CatalogFile, type CatalogTable, type CopyDigest, joinSlices } from '@postgres-backuper/format';
import {
  type Client,
  type DumpOptions,
  estimatedTextBytes,
  type Inventory,
  listArchive,
  openArchiveStream,
  type Session,
  send,
  startDumpToc,
  type Toc,
  type TocEntry,
} from '@postgres-backuper/postgres';
import type { Pipeline } from '@postgres-backuper/repository';
import { readCompletion } from './completion.ts';
import type { TablesRequest } from './directory.ts';
import { suitsOneStream } from './one-stream.ts';
import type { HolderParts } from './parts/holder-parts.ts';
import { requireKept } from './require-kept.ts';
import { rowsOfFiles } from './rows-of-files.ts';
import { sendLargeObjects } from './send-large-objects.ts';
import { createSinks } from './sinks.ts';
import { sendTables } from './tables.ts';
import type { Tally } from './tally.ts';
import type { Unread } from './unread.ts';

/** What passed through the pipeline. `files` is valid only after the pipeline's `finish`. */
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
  /** globals.sql, made while the tables are dumped; undefined: none. */
  readonly globals: Promise<Buffer | undefined>;
  readonly inventory: Inventory;
  /** Holds the snapshot. */
  readonly session: Session;
  /** A table of at least this many bytes on disk is read by several sessions; undefined: none. */
  readonly splitFromBytes: number | undefined;
  /** Undefined: all tables are read. */
  readonly unread: Unread | undefined;
  /** Undefined: this run reads all tables itself. */
  readonly parts: HolderParts | undefined;
}

/**
 * Sends the whole dump through the pipeline: table files, toc.dat, large objects, globals. Errors: as dumpDirectory;
 * dump-incomplete for a table whose file does not end with the terminator.
 */
export async function sendContents(
  client: Client,
  request: ContentsRequest,
  { pipeline, tally, context }: Services,
): Promise<Contents> {
  const { session, dump } = request;
  if (request.parts === undefined && (await suitsOneStream(request.inventory, session, context.clock))) {
    const onWarning = (text: string): void => tally.warn(`pg_dump: ${text}`);
    const stream = openArchiveStream(client, { ...dump, onWarning }, context);
    const archive = stream.then((opened) => opened.archive);
    return sendAll(client, { ...request, archive, stream }, { pipeline, tally, context });
  }
  const reading = startDumpToc(client, dump, context);
  try {
    const { archive } = reading;
    return await sendAll(client, { ...request, archive, stream: undefined }, { pipeline, tally, context });
  } finally {
    await reading.close();
  }
}

interface Services {
  readonly pipeline: Pipeline;
  readonly tally: Tally;
  readonly context: Context;
}

async function sendAll(
  client: Client,
  request: ContentsRequest & Pick<TablesRequest, 'archive' | 'stream'>,
  { pipeline, tally, context }: Services,
): Promise<Contents> {
  const { inventory, archive, session } = request;
  const complete = readCompletion(client, request, { tally, context });
  complete.catch(() => undefined); // reported below
  const list = archive.then(async (read) => {
    const data = read.toc.entries.filter((entry) => entry.hasData);
    tally.expect(data.length, estimate(data, request));
    const whole = (await complete)?.(read) ?? read;
    return listArchive(client, { archive: whole, encoding: request.dump.encoding }, context);
  });
  list.catch(() => undefined); // reported below

  const sinks = createSinks(pipeline, tally);
  const { toc, rewritten } = await sendTables(client, { ...request, complete }, { sinks, tally, session, context });
  if (request.largeObjects && request.parts === undefined)
    await sendLargeObjects(client, request.dump, { sinks, context });
  const globals = await request.globals;
  if (globals !== undefined) {
    const sink = sinks.openPlain('globals.sql');
    await send(sink, globals, context.signal);
    sink.end();
  }

  return {
    toc,
    list: await list,
    tables: catalogTables(toc, { digests: sinks.tables, inventory, rewritten }),
    files: () => joinSlices(sinks.files()),
  };
}

function estimate(data: readonly TocEntry[], { inventory, largeObjects }: ContentsRequest): number {
  const tables = data.flatMap(({ oid }) => inventory.tables.get(oid) ?? []);
  const tableBytes = tables.reduce((sum, table) => sum + estimatedTextBytes(table), 0);
  return tableBytes + (largeObjects ? inventory.largeObjectBytes : 0);
}

interface Passed {
  readonly digests: ReadonlyMap<string, CopyDigest>;
  readonly inventory: Inventory;
  readonly rewritten: ReadonlySet<string>;
}

function catalogTables(toc: Toc, { digests, inventory, rewritten }: Passed): CatalogTable[] {
  const tableIds = new Set(toc.entries.filter((entry) => entry.description === 'TABLE').map((entry) => entry.dumpId));
  const data = toc.entries.filter((entry) => entry.hasData);
  const rowsOf = rowsOfFiles(digests);
  return data.map((entry) => {
    const facts = inventory.tables.get(entry.oid);
    const [schema, table] = [facts?.schema ?? entry.schema, facts?.table ?? entry.tag];
    const copy = rowsOf(entry.fileName);
    if (copy === undefined) {
      throw new BackuperError('dump-incomplete', `the data of table '${schema}.${table}' ends too soon`, {
        hint: 'run the backup again',
      });
    }
    if (rewritten.has(entry.oid)) requireKept(copy, `${schema}.${table}`);
    const { dumpId, copyStatement, fileName: file } = entry;
    return { schema, table, dumpId, file, copyStatement, ...copy, load: loadOf(entry, tableIds) };
  });
}

/** Configuration tables of extensions have data without a TABLE entry. */
function loadOf(entry: TocEntry, tableIds: ReadonlySet<number>): CatalogTable['load'] {
  if (entry.definition.startsWith('-- load via partition root')) return 'root';
  return entry.dependencies.some((id) => tableIds.has(id)) ? 'truncate' : 'in-order';
}
