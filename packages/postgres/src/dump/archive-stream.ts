import { BackuperError, type Context } from '@postgres-backuper/base';
import type { Client } from '../session/server.ts';
import { createBlockReader } from '../toc/archive-blocks.ts';
import type { ArchiveToc } from '../toc/archive-toc.ts';
import { dataFileOf } from '../toc/toc.ts';
import { type DumpOptions, startArchive } from './archive.ts';
import { warningOf } from './dump.ts';
import { dumpError } from './dump-error.ts';
import { type FileSink, send } from './file-sink.ts';

/** A custom archive of pg_dump whose table of contents was read: pg_dump holds its locks. */
export interface ArchiveStream {
  readonly archive: ArchiveToc;
  /**
   * Sends the data of one table after another, under the file name of a directory dump. Resolves when pg_dump has ended
   * with status 0. Errors: as dumpDirectory; dump-incomplete.
   */
  send(openSink: (fileName: string) => FileSink): Promise<void>;
  /** Ends pg_dump if it has not ended. */
  close(): Promise<void>;
}

export async function openArchiveStream(
  client: Client,
  { onWarning, ...options }: DumpOptions & { readonly onWarning: (text: string) => void },
  context: Context,
): Promise<ArchiveStream> {
  const onStderrLine = (line: string): void => {
    const warning = warningOf(line);
    if (warning !== undefined) onWarning(warning);
  };
  const { archive, program, rest } = await startArchive(client, { ...options, onStderrLine }, context);
  const blocks = createBlockReader();
  const sendAll = async (openSink: (fileName: string) => FileSink): Promise<void> => {
    let sink: FileSink | undefined;
    for await (const chunk of rest()) {
      for (const { dumpId, data, isEnd } of blocks.read(chunk)) {
        sink ??= openSink(dataFileOf({ dumpId }));
        if (data.length > 0) await send(sink, data, context.signal);
        if (!isEnd) continue;
        sink.end();
        sink = undefined;
      }
    }
  };
  return {
    archive,
    async send(openSink) {
      await sendAll(openSink);
      const end = await program.ended;
      context.signal.throwIfAborted();
      if (end.status !== 0) throw dumpError(end);
      if (!blocks.isBetween) throw new BackuperError('dump-incomplete', 'pg_dump ended in the middle of a table');
    },
    async close() {
      program.stop();
      await program.ended;
    },
  };
}
