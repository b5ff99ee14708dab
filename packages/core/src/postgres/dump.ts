import { abortable } from '../abortable.ts';
import type { Context } from '../context.ts';
import { BackuperError } from '../errors.ts';
import { type ProgramEnd, startProgram } from '../process.ts';
import { type DumpOptions, dumpArguments, dumpEnvironment } from './archive.ts';
import { dumpError } from './dump-error.ts';
import { endFifo, type FifoReader, readFifo, type TakeChunk } from './fifo.ts';
import { createFifoFolder, type FifoFolder } from './fifo-folder.ts';
import type { Client } from './server.ts';

/** Pipes that are open at once: descriptors stay bounded for any number of tables. */
const OPEN_PIPES = 512;
/** pg_dump may take the files in another order than expected: when nothing moves for so long, more pipes are opened. */
const STALL_MS = 1000;

/** Sends a chunk and waits until there is room for the next one. Rejects with the signal's reason. */
export async function send(sink: FileSink, chunk: Buffer, signal: AbortSignal): Promise<void> {
  const taken = new Promise<void>((resume) => {
    if (sink.take(chunk, resume)) resume();
  });
  await abortable(taken, signal);
}

/** Receives one file of the dump. */
export interface FileSink {
  readonly take: TakeChunk;
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
}

/**
 * Runs `pg_dump --format=directory` into named pipes: no byte of it touches a disk. Resolves when pg_dump ended with
 * status 0 and every pipe was read to its end. Errors: dump-failed, lock-unavailable, privilege-missing, row-security,
 * server-unavailable, …
 */
export async function dumpDirectory(client: Client, request: DumpRequest, context: Context): Promise<void> {
  const env = dumpEnvironment(client);
  const fileNames = ['toc.dat', ...request.fileNames];
  const folder = await createFifoFolder(fileNames, env, context);
  const readers = createReaders(folder, fileNames, request);
  try {
    void readers.begin(context);
    const end = await runDump(client, request, { folder, context });
    if (end.status !== 0) throw dumpError(end);
    await abortable(readers.drain(), context.signal);
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
        showing ??= folder.show();
        const warning = /^pg_dump: (?:warning: |detail: |hint: )(.*)/.exec(line);
        if (warning?.[1] !== undefined) request.onWarning(warning[1]);
      },
    },
    context,
  );
  const end = await program.ended;
  await showing;
  context.signal.throwIfAborted();
  return end;
}

/** Keeps a window of pipes open in the expected order; each one that ends makes room for the next. */
function createReaders(folder: FifoFolder, fileNames: readonly string[], request: DumpRequest) {
  const open = new Map<string, FifoReader>();
  const pending = [...fileNames].reverse();
  let failure: unknown;
  let limit = OPEN_PIPES;
  let moves = 0;
  let allEnded = (): void => undefined;
  const done = new Promise<void>((resolve) => {
    allEnded = resolve;
  });
  const openOne = (fileName: string): void => {
    const sink = request.openSink(fileName);
    const reader = readFifo(folder.pathOf(fileName), (chunk, resume) => {
      moves += 1;
      return sink.take(chunk, resume);
    });
    open.set(fileName, reader);
    const settle = (): void => {
      open.delete(fileName);
      openMore();
    };
    reader.ended.then(
      () => {
        sink.end();
        settle();
      },
      (error) => {
        failure ??= error;
        settle();
      },
    );
  };
  const openMore = (): void => {
    while (open.size < limit) {
      const next = pending.pop();
      if (next === undefined) break;
      openOne(next);
    }
    if (open.size === 0) allEnded();
  };
  const begin = async ({ clock }: Context): Promise<void> => {
    openMore();
    for (let seen = -1; pending.length > 0; ) {
      await clock.sleep(STALL_MS, { idle: true });
      if (moves === seen) limit += OPEN_PIPES;
      seen = moves;
      openMore();
    }
  };
  const destroy = (): void => {
    pending.length = 0;
    for (const reader of open.values()) reader.destroy();
  };
  /** pg_dump ended well: what it never opened gets an end too, and its missing terminator tells. */
  const drain = async (): Promise<void> => {
    if (pending.length > 0)
      throw new BackuperError('dump-incomplete', `pg_dump ended without writing ${pending.length} of its files`);
    await Promise.all([...open.keys()].map((fileName) => endFifo(folder.pathOf(fileName))));
    await done;
    if (failure !== undefined) throw failure;
  };
  return { begin, destroy, drain };
}
