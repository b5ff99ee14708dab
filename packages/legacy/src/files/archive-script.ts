import {
  BackuperError,
  type Context,
  type Program,
  type ProgramEnd,
  programError,
  say,
  startProgram,
} from '@postgres-backuper/base';
import type { Programs, Server } from '@postgres-backuper/postgres';
import type { OldFile } from './old-file.ts';
import type { Unpacked } from './unpack.ts';

/** An archive of pg_dump, and the program that converts it to SQL. */
export interface Archive {
  readonly file: OldFile;
  /** Undefined for a directory. */
  readonly unpacked: Unpacked | undefined;
  readonly programs: Programs;
  readonly server: Server;
}

/**
 * The SQL that pg_restore makes of an archive, which is then treated as a plain dump. Errors: object-altered,
 * program-failed, program-missing, those of the archive.
 */
export async function* archiveScript(archive: Archive, context: Context): AsyncGenerator<Buffer> {
  const { file, unpacked, programs, server } = archive;
  const isStream = unpacked !== undefined && (unpacked.isPacked || file.path === undefined);
  const args = ['--file=-', ...(isStream ? [] : [file.path ?? ''])];
  const { PATH = '', HOME = '' } = server.env;
  const env = { PATH, HOME, LC_ALL: 'C' };
  const stdin = isStream ? 'pipe' : 'ignore';
  const program = await startProgram({ file: programs.pgRestore, args, env, stdin }, context);
  const fed = isStream ? feed(program, unpacked.bytes()) : Promise.resolve();
  fed.catch(() => program.stop());
  try {
    yield* program.stdout as AsyncIterable<Buffer>;
    await fed;
    const end = await program.ended;
    context.signal.throwIfAborted();
    if (end.status !== 0) throw archiveError(end, file.source);
  } finally {
    program.stop();
    await program.ended;
  }
}

async function feed(program: Program, bytes: AsyncIterable<Buffer>): Promise<void> {
  for await (const chunk of bytes) {
    if (program.stdin.destroyed) return;
    const written = new Promise<void>((resolve) => program.stdin.write(chunk, () => resolve()));
    await Promise.race([written, program.ended]);
  }
  program.stdin.end();
}

function archiveError(end: ProgramEnd, source: string): BackuperError {
  const { message } = programError(end);
  if (/unsupported version/.test(message)) {
    return new BackuperError('program-missing', `'${source}' was made by a newer pg_dump: ${message}`, {
      hint: `install newer client programs, or name their folder with ${say.option('pgBinDir')}`,
    });
  }
  return new BackuperError('object-altered', `'${source}' is damaged or incomplete: ${message}`, {
    hint: 'copy it again, or use an older one',
  });
}
