import {
  type Client,
  type DumpOptions,
  dataFileOf,
  directoryToc,
  openSplitDump,
  type SplitTable,
  startDumpToc,
  type Toc,
} from '@postgres-backuper/postgres';
import {
  checkToc,
  collector,
  runDirectory,
  type SentTables,
  type Services,
  sendToc,
  type TablesRequest,
  tablesChanged,
} from './directory.ts';
import type { UnreadTable } from './unread.ts';

export interface SplitRequest extends TablesRequest {
  readonly tables: readonly SplitTable[];
  /** Tables that nobody reads. */
  readonly left: readonly UnreadTable[];
}

/**
 * pg_dump runs without the rows of these tables, so its dump ids differ from those of a whole dump. Its files get
 * the names that a whole dump gives them, and toc.dat is that of a whole dump. Its tables come first: while the large
 * ones are read, only our own locks are held.
 */
export async function sendSplit(client: Client, request: SplitRequest, services: Services): Promise<SentTables> {
  const { dump, tables, left } = request;
  const { sinks, session, context } = services;
  const split =
    tables.length === 0 ? undefined : await openSplitDump(client, { ...dump, jobs: request.jobs, tables }, context);
  try {
    const rewritten = await sendRest(client, request, services);
    for (const table of tables) await split?.dump(table, sinks.openTable(dataFileOf(table.entry)), session);
    for (const { table, kept } of left) sinks.keepTable(dataFileOf(table.entry), kept);
    return { toc: await sendToc(directoryToc(await request.archive), request, services), rewritten };
  } finally {
    await split?.close();
  }
}

/** Sends the tables that pg_dump reads. Returns the oids of those that were rewritten. */
export async function sendRest(
  client: Client,
  request: SplitRequest,
  services: Services,
): Promise<ReadonlySet<string>> {
  const { dump } = request;
  const tables = [...request.tables, ...request.left.map(({ table }) => table)];
  const { toc: whole } = await request.archive;
  const rest = { ...dump, selection: withoutData(dump.selection, tables) };
  const reading = startDumpToc(client, rest, services.context);
  try {
    let names: ReadonlyMap<string, string> = new Map();
    const restArchive = reading.archive.then((read) => {
      names = matchFiles(read.toc, { whole, tables });
      return read;
    });
    const chunks: Buffer[] = [];
    const nameOf = (name: string): string => names.get(name) ?? name;
    const directory = { ...request, dump: rest, archive: restArchive, tocSink: collector(chunks), nameOf };
    const rewritten = await runDirectory(client, directory, services);
    checkToc(Buffer.concat(chunks), await restArchive);
    return rewritten;
  } finally {
    await reading.close();
  }
}

function withoutData(selection: DumpOptions['selection'], tables: readonly SplitTable[]): DumpOptions['selection'] {
  return { ...selection, excludeTableData: [...selection.excludeTableData, ...tables.map(({ pattern }) => pattern)] };
}

/** Maps the data files of the dump without split tables to their names in a whole dump. */
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
