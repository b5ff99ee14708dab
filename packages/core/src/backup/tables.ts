import { BackuperError, type Context } from '@postgres-backuper/base';
import {
  type ArchiveStream,
  type ArchiveToc,
  type Client,
  chooseSplitTables,
  type DumpOptions,
  dataFileOf,
  directoryToc,
  dumpDirectory,
  type FileSink,
  type Inventory,
  openSplitDump,
  readArchiveToc,
  readRewrittenTables,
  readToc,
  type Session,
  type SplitTable,
  send,
  type Toc,
  type TocEntry,
} from '@postgres-backuper/postgres';
import type { Sinks } from './sinks.ts';
import type { Tally } from './tally.ts';

export interface TablesRequest {
  readonly dump: DumpOptions;
  /** Sessions that read tables at once. */
  readonly jobs: number;
  readonly inventory: Inventory;
  /** What a dump with these options holds: read while the dump itself reads the catalogs. */
  readonly archive: Promise<ArchiveToc>;
  /** The dump itself, where one session sends everything (`suitsOneStream`). */
  readonly stream: Promise<ArchiveStream> | undefined;
  /** Tables of so many bytes on disk are read by several sessions; undefined: none. */
  readonly splitFromBytes: number | undefined;
}

interface Services {
  readonly sinks: Sinks;
  readonly tally: Tally;
  /** Holds the snapshot. */
  readonly session: Session;
  readonly context: Context;
}

export interface SentTables {
  /** As it is in the backup. */
  readonly toc: Toc;
  /** Oids of tables that were truncated or rewritten between the snapshot and the lock. */
  readonly rewritten: ReadonlySet<string>;
}

/** Sends toc.dat and the data file of each table. Errors: as dumpDirectory, openSplitDump; dump-incomplete. */
export async function sendTables(client: Client, request: TablesRequest, services: Services): Promise<SentTables> {
  const { inventory, stream, splitFromBytes: fromBytes } = request;
  if (stream !== undefined) return sendStream(await stream, services);
  const isLarge = [...inventory.tables.values()].some(({ bytes }) => fromBytes !== undefined && bytes >= fromBytes);
  if (fromBytes === undefined || !isLarge || request.jobs === 1) return sendDirectory(client, request, services);
  const { toc } = await request.archive;
  const tables = await chooseSplitTables({ toc, inventory, fromBytes }, services.session);
  if (tables.length === 0) return sendDirectory(client, request, services);
  return sendSplit(client, { ...request, tables }, services);
}

async function sendStream(stream: ArchiveStream, { sinks, session, context }: Services): Promise<SentTables> {
  try {
    const rewritten = readRewrittenTables(session);
    rewritten.catch(() => undefined); // told below
    await stream.send((name) => sinks.openTable(name));
    const tocDat = directoryToc(stream.archive);
    const sink = sinks.openPlain('toc.dat');
    await send(sink, tocDat, context.signal);
    sink.end();
    return { toc: checkToc(tocDat, stream.archive), rewritten: await rewritten };
  } finally {
    await stream.close();
  }
}

async function sendDirectory(client: Client, request: TablesRequest, services: Services): Promise<SentTables> {
  const { sinks } = services;
  const chunks: Buffer[] = [];
  const directory = { ...request, tocSink: sinks.openPlain('toc.dat', chunks), nameOf: (name: string) => name };
  const rewritten = await runDirectory(client, directory, services);
  return { toc: checkToc(Buffer.concat(chunks), await request.archive), rewritten };
}

/**
 * pg_dump leaves the rows of some tables out, and so their entries; dump ids after them are others. What it writes
 * gets the names that a dump of everything would have, and toc.dat is that of such a dump. Its tables come first:
 * nothing but our own locks then has to last for as long as the large ones take.
 */
async function sendSplit(
  client: Client,
  request: TablesRequest & { readonly tables: readonly SplitTable[] },
  services: Services,
): Promise<SentTables> {
  const { dump, tables } = request;
  const { sinks, session, context } = services;
  const archive = await request.archive;
  const split = await openSplitDump(client, { ...dump, jobs: request.jobs, tables }, context);
  try {
    const rest = { ...dump, selection: withoutData(dump.selection, tables) };
    let names: ReadonlyMap<string, string> = new Map();
    const restArchive = readArchiveToc(client, rest, context).then((read) => {
      names = matchFiles(read.toc, { whole: archive.toc, tables });
      return read;
    });
    const chunks: Buffer[] = [];
    const nameOf = (name: string): string => names.get(name) ?? name;
    const directory = { ...request, dump: rest, archive: restArchive, tocSink: collector(chunks), nameOf };
    const rewritten = await runDirectory(client, directory, services);
    checkToc(Buffer.concat(chunks), await restArchive);
    for (const table of tables) await split.dump(table, sinks.openTable(dataFileOf(table.entry)), session);
    const tocDat = directoryToc(archive);
    const sink = sinks.openPlain('toc.dat');
    await send(sink, tocDat, context.signal);
    sink.end();
    return { toc: checkToc(tocDat, archive), rewritten };
  } finally {
    await split.close();
  }
}

function withoutData(selection: DumpOptions['selection'], tables: readonly SplitTable[]): DumpOptions['selection'] {
  return { ...selection, excludeTableData: [...selection.excludeTableData, ...tables.map(({ pattern }) => pattern)] };
}

interface Directory extends TablesRequest {
  readonly tocSink: FileSink;
  /** Name in the backup of a data file of pg_dump. */
  readonly nameOf: (fileName: string) => string;
}

async function runDirectory(
  client: Client,
  { dump, jobs, inventory, archive, tocSink, nameOf }: Directory,
  { sinks, tally, session, context }: Services,
): Promise<ReadonlySet<string>> {
  let rewritten: Promise<ReadonlySet<string>> = Promise.resolve(new Set());
  const directory = {
    ...dump,
    jobs,
    fileNames: archive.then(({ toc }) => dataEntries(toc, inventory).map(dataFileOf)),
    openSink: (name: string) => (name === 'toc.dat' ? tocSink : sinks.openTable(nameOf(name))),
    onWarning: (text: string) => tally.warn(`pg_dump: ${text}`),
    onLocked: () => {
      rewritten = readRewrittenTables(session);
      rewritten.catch(() => undefined); // told below
    },
  };
  await dumpDirectory(client, directory, context);
  return rewritten;
}

/** Entries with a data file, in the order in which pg_dump's workers take them: by pages, largest first. */
function dataEntries(toc: Toc, inventory: Inventory): TocEntry[] {
  const pages = (entry: TocEntry): number => inventory.tables.get(entry.oid)?.pages ?? 0;
  return toc.entries.filter((entry) => entry.hasData).sort((a, b) => pages(b) - pages(a) || a.dumpId - b.dumpId);
}

/** Data files of a dump without some tables, and what they are called in one with them. */
function matchFiles(
  rest: Toc,
  { whole, tables }: { readonly whole: Toc; readonly tables: readonly SplitTable[] },
): ReadonlyMap<string, string> {
  const split = new Set(tables.map(({ entry }) => entry.oid));
  const left = whole.entries.filter((entry) => entry.hasData && !split.has(entry.oid));
  const byOid = new Map(left.map((entry) => [entry.oid, entry]));
  const data = rest.entries.filter((entry) => entry.hasData);
  const pairs = data.map((entry) => {
    const same = byOid.get(entry.oid);
    if (same === undefined || same.copyStatement !== entry.copyStatement) throw tablesChanged();
    return [dataFileOf(entry), dataFileOf(same)] as const;
  });
  if (pairs.length !== left.length) throw tablesChanged();
  return new Map(pairs);
}

/** The real table of contents names exactly the files that were read. */
function checkToc(bytes: Buffer, archive: ArchiveToc): Toc {
  const expected = archive.toc.entries.filter((entry) => entry.hasData);
  const toc = readToc(bytes);
  if (toc === undefined) throw new BackuperError('dump-incomplete', 'pg_dump left its table of contents incomplete');
  const written = new Set(toc.entries.filter((entry) => entry.hasData).map((entry) => entry.fileName));
  const missing = expected.find((entry) => !written.has(dataFileOf(entry)));
  if (missing !== undefined || written.size !== expected.length) throw tablesChanged();
  return toc;
}

function tablesChanged(): BackuperError {
  return new BackuperError('dump-incomplete', 'the tables changed between the two passes of pg_dump', {
    hint: 'run the backup again when no migration is running',
  });
}

function collector(chunks: Buffer[]): FileSink {
  return {
    take(chunk) {
      chunks.push(Buffer.from(chunk));
      return true;
    },
    room: () => undefined,
    filled: () => undefined,
    end: () => undefined,
  };
}
