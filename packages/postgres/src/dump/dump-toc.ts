import type { Context } from '@postgres-backuper/base';
import type { Client } from '../session/server.ts';
import type { ArchiveToc } from '../toc/archive-toc.ts';
import { createTocReader, type Toc } from '../toc/toc.ts';
import { createAppender } from './appender.ts';
import { type DumpOptions, dumpArguments, dumpEnvironment } from './archive.ts';
import { dumpError } from './dump-error.ts';
import { endFifo, type PipeSink, readFifo } from './fifo.ts';
import { createFifoFolder, FIRST_FILE, type FifoFolder } from './fifo-folder.ts';
import { startDump } from './start-dump.ts';

/** Longest path that pg_dump opens, with its terminating zero byte (MAXPGPATH). */
const MAX_PATH_BYTES = 1024;

export interface DumpTocReading {
  /** Rejects with the errors of dumpDirectory. */
  readonly archive: Promise<ArchiveToc>;
  /** Ends the reading if it has not ended. */
  close(): Promise<void>;
}

/**
 * Reads the table of contents that a directory dump with the same arguments will have. pg_dump writes it before any
 * data, and then ends by itself because the paths of its other files are too long. So its session ends normally; a
 * session that is stopped during a statement leaves lines in the server's log.
 */
export function startDumpToc(client: Client, options: DumpOptions, context: Context): DumpTocReading {
  const stop = new AbortController();
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const archive = readDumpToc(client, options, { ...context, signal });
  archive.catch(() => undefined); // reported to its reader
  return {
    archive,
    async close() {
      stop.abort(new Error('closed'));
      await archive.catch(() => undefined);
    },
  };
}

async function readDumpToc(client: Client, options: DumpOptions, context: Context): Promise<ArchiveToc> {
  const folder = await createFifoFolder(dumpEnvironment(client), context);
  try {
    return await readFrom(folder, { client, options }, context);
  } finally {
    await folder.remove();
  }
}

async function readFrom(
  folder: FifoFolder,
  { client, options }: { readonly client: Client; readonly options: DumpOptions },
  context: Context,
): Promise<ArchiveToc> {
  const args = ['--no-blobs', ...dumpArguments(options)];
  const { encoding } = options;
  const request = { args, encoding, folder, directory: pathForTocOnly(folder.directory) };
  const received = createReceiver();
  const reader = readFifo(folder.pathOf(FIRST_FILE), received.sink);
  try {
    const { program, ended } = await startDump(client, request, context);
    reader.ended.then(() => program.leave()).catch(() => undefined); // told below
    const end = await ended;
    await endFifo(folder.pathOf(FIRST_FILE)); // pg_dump may have ended before it opened the file
    await reader.ended;
    const archive = received.archive();
    if (archive === undefined) throw dumpError(end);
    return archive;
  } finally {
    reader.destroy();
  }
}

/** The longest path in which toc.dat can be opened: names of data files, with at least four digits, are longer. */
function pathForTocOnly(directory: string): string {
  const missing = MAX_PATH_BYTES - Buffer.byteLength(`${directory}/${FIRST_FILE}\0`);
  return directory + '/'.repeat(Math.max(0, missing));
}

function createReceiver() {
  const [reader, append] = [createTocReader(), createAppender()];
  let bytes = Buffer.alloc(0);
  let toc: Toc | undefined;
  let failure: unknown;
  const sink: PipeSink = {
    take(chunk) {
      try {
        bytes = append(chunk);
        toc ??= reader.read(bytes);
      } catch (error) {
        failure ??= error;
      }
      return true;
    },
    room: () => undefined,
    filled: () => undefined,
  };
  const archive = (): ArchiveToc | undefined => {
    if (failure !== undefined) throw failure;
    return toc === undefined ? undefined : { toc, bytes };
  };
  return { sink, archive };
}
