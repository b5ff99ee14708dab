import { type Context, startProgram } from '@postgres-backuper/base';
import type { Client } from '../session/server.ts';
import { type DumpOptions, dumpArguments, dumpEnvironment } from './archive.ts';
import { dumpError } from './dump-error.ts';
import { type FileSink, send } from './file-sink.ts';

/** A custom-format archive with nothing but the large objects, their owners, grants and comments, as one stream. */
export const LARGE_OBJECTS_FILE = 'large-objects.dump';

/**
 * Large objects would be files with names unknown beforehand in a directory dump, and so plain text on a disk.
 * Errors: as dumpDirectory.
 */
export async function dumpLargeObjects(
  client: Client,
  options: DumpOptions,
  { sink, context }: { sink: FileSink; context: Context },
): Promise<void> {
  const args = ['--format=custom', '--data-only', '--blobs', '--exclude-table=*.*', ...dumpArguments(options)];
  const { encoding } = options;
  const program = await startProgram(
    { file: client.programs.pgDump, args, env: dumpEnvironment(client), encoding },
    context,
  );
  try {
    for await (const chunk of program.stdout) await send(sink, chunk as Buffer, context.signal);
    const end = await program.ended;
    context.signal.throwIfAborted();
    if (end.status !== 0) throw dumpError(end);
  } finally {
    program.stop();
    await program.ended;
  }
  sink.end();
}
