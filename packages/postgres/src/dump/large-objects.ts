import { type Context, startProgram } from '@postgres-backuper/base';
import { connectionEnvironment } from '../session/connection-environment.ts';
import type { Client } from '../session/server.ts';
import { type DumpOptions, dumpArguments, dumpEnvironment } from './archive.ts';
import { dumpError } from './dump-error.ts';
import { type FileSink, send } from './file-sink.ts';

/** A custom-format archive, as one stream, of only the large objects and their owners, grants and comments. */
export const LARGE_OBJECTS_FILE = 'large-objects.dump';

/**
 * Dumps large objects apart: a directory dump would write them as files with names unknown beforehand, so as plain text
 * on a disk. Errors: as dumpDirectory.
 */
export async function dumpLargeObjects(
  client: Client,
  options: DumpOptions,
  { sink, context }: { sink: FileSink; context: Context },
): Promise<void> {
  const args = ['--format=custom', '--data-only', '--blobs', '--exclude-table=*.*', ...dumpArguments(options)];
  const { encoding } = options;
  const env = await connectionEnvironment(client.server, dumpEnvironment(client));
  const program = await startProgram({ file: client.programs.pgDump, args, env, encoding }, context);
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
