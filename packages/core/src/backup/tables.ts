import {
  type ArchiveStream,
  type Client,
  chooseSplitTables,
  directoryToc,
  readRewrittenTables,
  send,
} from '@postgres-backuper/postgres';
import { checkToc, runDirectory, type SentTables, type Services, type TablesRequest } from './directory.ts';
import { sendSplit } from './split.ts';

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
    rewritten.catch(() => undefined); // reported below
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
