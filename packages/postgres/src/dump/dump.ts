import { abortable, type Context } from '@postgres-backuper/base';
import type { Client } from '../session/server.ts';
import { type DumpOptions, dumpArguments, dumpEnvironment } from './archive.ts';
import { dumpError } from './dump-error.ts';
import { createFifoFolder, FIRST_FILE, type FifoFolder } from './fifo-folder.ts';
import { createFifoReaders } from './fifo-readers.ts';
import type { FileSink } from './file-sink.ts';
import { startDump } from './start-dump.ts';

export interface DumpRequest extends DumpOptions {
  /** Sessions of pg_dump. */
  readonly jobs: number;
  /**
   * Data files without toc.dat, in the order in which pg_dump is expected to write them (largest first). May resolve
   * late: meanwhile pg_dump reads the catalogs, and then waits at its first file.
   */
  readonly fileNames: Promise<readonly string[]>;
  readonly openSink: (fileName: string) => FileSink;
  readonly onWarning: (text: string) => void;
  /** Called once, when the first data arrive: pg_dump holds its locks from then on. */
  readonly onLocked: () => void;
}

/**
 * Runs `pg_dump --format=directory` into named pipes, so that nothing is written to a disk. Resolves when pg_dump has
 * ended with status 0 and every pipe was read to its end. Errors: dump-failed, lock-unavailable, privilege-missing,
 * row-security, server-unavailable, …
 */
export async function dumpDirectory(client: Client, request: DumpRequest, context: Context): Promise<void> {
  request.fileNames.catch(() => undefined); // reported once pg_dump runs
  const stop = new AbortController();
  const inner = { ...context, signal: AbortSignal.any([context.signal, stop.signal]) };
  const folder = await createFifoFolder(dumpEnvironment(client), inner);
  const dump = runDump(client, request, { folder, context: inner });
  try {
    await readPipes(request, { dump, folder, onFailure: (error) => stop.abort(error) }, inner);
  } finally {
    stop.abort(new Error('ended')); // without effect if pg_dump has ended
    await dump.catch(() => undefined);
    await folder.remove();
  }
}

interface Running {
  readonly dump: Promise<void>;
  readonly folder: FifoFolder;
  /** Ends the dump. */
  readonly onFailure: (error: unknown) => void;
}

async function readPipes(request: DumpRequest, { dump, folder, onFailure }: Running, context: Context): Promise<void> {
  const names = await Promise.race([request.fileNames, dump.then(() => request.fileNames)]);
  await folder.add(names);
  const readers = createFifoReaders({ ...request, fileNames: [FIRST_FILE, ...names], folder, onFailure }, context);
  try {
    await dump;
    await abortable(readers.drain(), context.signal);
  } finally {
    readers.destroy();
  }
}

/** Errors: those of dumpDirectory. */
async function runDump(
  client: Client,
  request: DumpRequest,
  { folder, context }: { folder: FifoFolder; context: Context },
): Promise<void> {
  const options = {
    args: ['--verbose', '--no-blobs', `--jobs=${request.jobs}`, ...dumpArguments(request)],
    encoding: request.encoding,
    onStderrLine(line: string) {
      const warning = warningOf(line);
      if (warning !== undefined) request.onWarning(warning);
    },
  };
  const { ended } = await startDump(client, { ...options, folder, directory: folder.directory }, context);
  const end = await ended;
  if (end.status !== 0) throw dumpError(end);
}

/** The warning in a line of pg_dump, if any. */
export function warningOf(line: string): string | undefined {
  return /^pg_dump: (?:warning: |detail: |hint: )(?!Query was: |Command was: )(.*)/.exec(line)?.[1];
}
