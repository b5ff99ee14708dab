import {
  type ArchiveStream,
  type Client,
  chooseSplitTables,
  directoryToc,
  readRewrittenTables,
  type SplitTable,
} from '@postgres-backuper/postgres';
import { isPartial } from './completion.ts';
import {
  checkToc,
  collector,
  runDirectory,
  type SentTables,
  type Services,
  sendToc,
  type TablesRequest,
} from './directory.ts';
import { sendInParts } from './parts/send-in-parts.ts';
import { sendSplit } from './split.ts';
import { chooseUnread, compareSample, type UnreadChoice, unreadText } from './unread.ts';

/**
 * Sends toc.dat and the data file of each table. Errors: as dumpDirectory, openSplitDump; dump-incomplete,
 * unchanged-differs.
 */
export async function sendTables(client: Client, request: TablesRequest, services: Services): Promise<SentTables> {
  const { stream, parts } = request;
  if (parts !== undefined) return sendInParts(client, { ...request, parts }, services);
  if (stream !== undefined) return sendStream(await stream, request, services);
  const { tables, unread } = await chooseTables(request, services);
  if (tables.length + unread.left.length === 0 && unread.sample.length === 0)
    return sendDirectory(client, request, services);
  const text = unreadText(unread);
  if (text !== undefined) services.context.emit({ type: 'notice', text });
  const sent = await sendSplit(client, { ...request, tables, left: unread.left }, services);
  compareSample(unread.sample, services.sinks.tables);
  return sent;
}

/** Tables that pg_dump does not read: several sessions do, or nobody. */
async function chooseTables(
  { inventory, jobs, unread, archive, splitFromBytes = Number.POSITIVE_INFINITY }: TablesRequest,
  { session }: Services,
): Promise<{ readonly tables: readonly SplitTable[]; readonly unread: UnreadChoice }> {
  const none = { tables: [], unread: { left: [], sample: [] } };
  const bytesOf = ({ entry }: SplitTable): number => inventory.tables.get(entry.oid)?.bytes ?? 0;
  const splitFrom = jobs === 1 ? Number.POSITIVE_INFINITY : splitFromBytes;
  const fromBytes = unread === undefined || unread.tables.size === 0 ? splitFrom : 0;
  if (![...inventory.tables.values()].some(({ bytes }) => bytes >= fromBytes)) return none;
  const plain = await chooseSplitTables({ toc: (await archive).toc, inventory, fromBytes }, session);
  const choice = unread === undefined ? none.unread : chooseUnread(plain, unread, bytesOf);
  const left = new Set(choice.left.map(({ table }) => table));
  return { tables: plain.filter((table) => !left.has(table) && bytesOf(table) >= splitFrom), unread: choice };
}

async function sendStream(stream: ArchiveStream, request: TablesRequest, services: Services): Promise<SentTables> {
  const { sinks, session } = services;
  try {
    const rewritten = readRewrittenTables(session);
    rewritten.catch(() => undefined); // reported below
    await stream.send((name) => sinks.openTable(name));
    const toc = await sendToc(directoryToc(stream.archive), request, services);
    return { toc, rewritten: await rewritten };
  } finally {
    await stream.close();
  }
}

async function sendDirectory(client: Client, request: TablesRequest, services: Services): Promise<SentTables> {
  const chunks: Buffer[] = [];
  const isWhole = !isPartial(request.dump.selection); // then toc.dat goes on as pg_dump writes it, before any rows
  const tocSink = isWhole ? services.sinks.openPlain('toc.dat', chunks) : collector(chunks);
  const directory = { ...request, tocSink, nameOf: (name: string) => name };
  const rewritten = await runDirectory(client, directory, services);
  const bytes = Buffer.concat(chunks);
  const toc = isWhole ? checkToc(bytes, await request.archive) : await sendToc(bytes, request, services);
  return { toc, rewritten };
}
