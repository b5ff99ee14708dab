import {
  type Context,
  decodeText,
  type Program,
  type ProgramRequest,
  runProgram,
  startProgram,
} from '@postgres-backuper/base';
import { textOfBytes } from '@postgres-backuper/format';
import { connectionEnvironment } from '../session/connection-environment.ts';
import type { Client } from '../session/server.ts';
import { type ArchiveToc, customToc } from '../toc/archive-toc.ts';
import { createTocReader } from '../toc/toc.ts';
import { createAppender } from './appender.ts';
import { dumpError } from './dump-error.ts';

/** The part of the database that is dumped, in pg_dump's own patterns. */
export interface Selection {
  readonly schemas: readonly string[];
  readonly excludeSchemas: readonly string[];
  readonly tables: readonly string[];
  readonly excludeTables: readonly string[];
  readonly excludeTableData: readonly string[];
}

export interface DumpOptions {
  readonly snapshotId: string;
  /** The database's own encoding: otherwise a setting of the database or the role could choose another. */
  readonly encoding: string;
  readonly selection: Selection;
  /** Bounds the wait for the locks, milliseconds. */
  readonly lockTimeoutMs: number;
}

/** Arguments that every pg_dump of one backup must share: otherwise dump ids would differ. */
export function dumpArguments(options: DumpOptions): string[] {
  const { selection } = options;
  const each = (flag: string, patterns: readonly string[]): string[] =>
    patterns.map((pattern) => `--${flag}=${pattern}`);
  return [
    ...['--no-password', '--compress=0', `--snapshot=${options.snapshotId}`, `--encoding=${options.encoding}`],
    `--lock-wait-timeout=${options.lockTimeoutMs}`,
    // each pattern must match, even if another one does: a renamed table must not go unnoticed
    ...(selection.schemas.length + selection.tables.length > 0 ? ['--strict-names'] : []),
    ...each('schema', selection.schemas),
    ...each('exclude-schema', selection.excludeSchemas),
    ...each('table', selection.tables),
    ...each('exclude-table', selection.excludeTables),
    ...each('exclude-table-data', selection.excludeTableData),
  ];
}

/** Environment of pg_dump: messages in English, since they are parsed; times in UTC, so that their text is the same. */
export function dumpEnvironment(client: Client): Record<string, string> {
  const { LC_ALL: _, LANGUAGE: __, ...env } = client.server.env;
  return { ...env, LC_MESSAGES: 'C', PGTZ: 'UTC' };
}

interface StartedArchive {
  readonly archive: ArchiveToc;
  readonly program: Program;
  /** The bytes after the table of contents. */
  rest(): AsyncGenerator<Buffer>;
}

/** Starts a custom-format pg_dump and reads its table of contents. */
export async function startArchive(
  client: Client,
  { onStderrLine = () => undefined, ...options }: DumpOptions & Pick<ProgramRequest, 'onStderrLine'>,
  context: Context,
): Promise<StartedArchive> {
  const args = ['--format=custom', '--no-blobs', ...dumpArguments(options)];
  const env = await connectionEnvironment(client.server, dumpEnvironment(client));
  const { encoding } = options;
  const program = await startProgram({ file: client.programs.pgDump, args, env, encoding, onStderrLine }, context);
  const chunks = program.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const reader = createTocReader();
  const append = createAppender();
  try {
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) {
      const bytes = append(next.value);
      const toc = reader.read(bytes);
      if (toc === undefined) continue;
      const rest = async function* (): AsyncGenerator<Buffer> {
        yield bytes.subarray(toc.entries.at(-1)?.endsAt);
        yield* { [Symbol.asyncIterator]: () => chunks };
      };
      return { archive: { toc, bytes }, program, rest };
    }
  } catch (error) {
    program.stop();
    await program.ended;
    context.signal.throwIfAborted();
    throw error;
  }
  const end = await program.ended;
  context.signal.throwIfAborted();
  throw dumpError(end);
}

/** The output of `pg_restore --list`, with names in the encoding of the dump. */
export async function listArchive(
  client: Client,
  { archive, encoding }: { readonly archive: ArchiveToc; readonly encoding: string },
  context: Context,
): Promise<string> {
  const input = customToc(archive); // a directory cannot be read from a pipe
  const request = { file: client.programs.pgRestore, args: ['--list'], env: dumpEnvironment(client), input };
  const bytes = await runProgram(request, context);
  return encoding === 'SQL_ASCII' ? textOfBytes(bytes) : decodeText(bytes, encoding);
}
