import {
  type ArchiveStream,
  type Client,
  chooseSplitTables,
  directoryToc,
  readRewrittenTables,
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
import { sendSplit } from './split.ts';

/** Sends toc.dat and the data file of each table. Errors: as dumpDirectory, openSplitDump; dump-incomplete. */
export async function sendTables(client: Client, request: TablesRequest, services: Services): Promise<SentTables> {
  const { inventory, stream, splitFromBytes: fromBytes } = request;
  if (stream !== undefined) return sendStream(await stream, request, services);
  const isLarge = [...inventory.tables.values()].some(({ bytes }) => fromBytes !== undefined && bytes >= fromBytes);
  if (fromBytes === undefined || !isLarge || request.jobs === 1) return sendDirectory(client, request, services);
  const { toc } = await request.archive;
  const tables = await chooseSplitTables({ toc, inventory, fromBytes }, services.session);
  if (tables.length === 0) return sendDirectory(client, request, services);
  return sendSplit(client, { ...request, tables }, services);
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
