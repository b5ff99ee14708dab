import { abortable } from '../abortable.ts';
import type { Context } from '../context.ts';
import { type ProgramEnd, startProgram } from '../process.ts';
import { type DumpOptions, dumpArguments, dumpEnvironment } from './archive.ts';
import { dumpError } from './dump-error.ts';
import type { PipeSink } from './fifo.ts';
import { createFifoFolder, type FifoFolder } from './fifo-folder.ts';
import { createFifoReaders } from './fifo-readers.ts';
import type { Client } from './server.ts';

/** Sends a chunk and waits until there is room for the next one. Rejects with the signal's reason. */
export async function send(sink: FileSink, chunk: Buffer, signal: AbortSignal): Promise<void> {
  const taken = new Promise<void>((resume) => {
    if (sink.take(chunk, resume)) resume();
  });
  await abortable(taken, signal);
}

/** Receives one file of the dump. */
export interface FileSink extends PipeSink {
  /** Called at the end of the file, before the dump is known to be good. */
  end(): void;
}

export interface DumpRequest extends DumpOptions {
  /** Sessions of pg_dump. */
  readonly jobs: number;
  /** Data files in the order in which pg_dump will probably write them (largest first), without toc.dat. */
  readonly fileNames: readonly string[];
  readonly openSink: (fileName: string) => FileSink;
  readonly onWarning: (text: string) => void;
  /** Called once, when the first data arrive: pg_dump holds its locks from then on. */
  readonly onLocked: () => void;
}

/**
 * Runs `pg_dump --format=directory` into named pipes: no byte of it touches a disk. Resolves when pg_dump ended with
 * status 0 and every pipe was read to its end. Errors: dump-failed, lock-unavailable, privilege-missing, row-security,
 * server-unavailable, …
 */
export async function dumpDirectory(client: Client, request: DumpRequest, context: Context): Promise<void> {
  const fileNames = ['toc.dat', ...request.fileNames];
  const stop = new AbortController();
  const inner = { ...context, signal: AbortSignal.any([context.signal, stop.signal]) };
  const folder = await createFifoFolder(fileNames, dumpEnvironment(client), inner);
  const readers = createFifoReaders({ ...request, fileNames, folder, onFailure: (error) => stop.abort(error) }, inner);
  try {
    const end = await runDump(client, request, { folder, context: inner });
    if (end.status !== 0) throw dumpError(end);
    await abortable(readers.drain(), inner.signal);
  } finally {
    readers.destroy();
    await folder.remove();
  }
}

async function runDump(
  client: Client,
  request: DumpRequest,
  { folder, context }: { folder: FifoFolder; context: Context },
): Promise<ProgramEnd> {
  let showing: Promise<void> | undefined;
  let showFailure: unknown;
  const program = await startProgram(
    {
      file: client.programs.pgDump,
      args: [
        ...['--format=directory', '--verbose', '--no-sync', '--no-blobs', `--jobs=${request.jobs}`],
        ...[`--file=${folder.directory}`, ...dumpArguments(request)],
      ],
      env: dumpEnvironment(client),
      stdout: 'ignore',
      onStderrLine: (line) => {
        showing ??= folder.show().catch((error) => {
          showFailure = error;
          program.stop();
        });
        const warning = /^pg_dump: (?:warning: |detail: |hint: )(.*)/.exec(line);
        if (warning?.[1] !== undefined) request.onWarning(warning[1]);
      },
    },
    context,
  );
  const end = await program.ended;
  await showing;
  context.signal.throwIfAborted();
  if (showFailure !== undefined) throw showFailure;
  return end;
}
