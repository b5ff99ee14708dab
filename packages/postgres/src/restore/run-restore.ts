import { BackuperError, type Context, type ProgramEnd, programError, say, startProgram } from '@postgres-backuper/base';
import type { Programs } from '../session/client-programs.ts';
import { connectError, serverError } from '../session/connect-error.ts';
import { connectionEnvironment } from '../session/connection-environment.ts';
import { type FoundPrograms, fittingPrograms } from '../session/programs.ts';
import { type Client, dbnameArgument, onDatabase, withSettings } from '../session/server.ts';

/** Settings that pg_restore leaves to the database or the role (measured: array_nulls corrupts data). */
const SETTINGS = [
  'array_nulls=on',
  'default_transaction_read_only=off',
  'DateStyle=ISO',
  'IntervalStyle=postgres',
  'idle_session_timeout=0',
];
/**
 * pg_restore 17 and newer send it to every server. Older servers refuse it, in their own language, without harm. The
 * statement is on the line after the error.
 */
const TOLERATED = /^Command was: SET transaction_timeout = 0;/m;

export interface RestoreRun {
  readonly database: string;
  /** Encoding of the dump, also used for the server's messages. */
  readonly encoding: string;
  /** e.g. `--section=pre-data` and the archive's directory. */
  readonly args: readonly string[];
  /** A custom-format archive for standard input. */
  readonly input?: AsyncIterable<Buffer> | undefined;
  readonly onWarning: (text: string) => void;
}

/**
 * The programs for a restore: those of the server's own version, which send nothing unknown to it, or the next newer
 * ones that the archive needs (1.14: 14, 1.15: 16, 1.16: 17). Errors: program-missing, program-outdated.
 */
export function restoringPrograms(found: FoundPrograms, archive: Buffer, serverMajor: number): Programs {
  const minor = archive[6] ?? 0;
  const reads = minor <= 14 ? 14 : minor === 15 ? 16 : 17;
  return fittingPrograms(found, Math.max(reads, serverMajor));
}

/**
 * Runs pg_restore into a database. It ends at its first error, except the harmless one above.
 * Errors: restore-failed with the server's message, server-unavailable, those of `input`.
 */
export async function runPgRestore(client: Client, run: RestoreRun, context: Context): Promise<void> {
  const target = withSettings(onDatabase(client.server, run.database), SETTINGS);
  const failures: string[] = [];
  const take = withoutTolerated((line) => {
    const said = classify(line);
    if (said?.kind === 'warning') run.onWarning(said.text);
    if (said?.kind !== 'error') return;
    failures.push(said.text);
    stop();
  });
  let stop = (): void => undefined;
  const program = await startProgram(
    {
      file: client.programs.pgRestore,
      args: ['--no-password', `--dbname=${dbnameArgument(run.database)}`, ...run.args],
      env: await connectionEnvironment(target, { ...target.env, LC_MESSAGES: 'C' }),
      stdin: run.input === undefined ? 'ignore' : 'pipe',
      stdout: 'ignore',
      encoding: run.encoding,
      onStderrLine: take,
    },
    context,
  );
  stop = program.stop;
  if (run.input !== undefined) await feed(program, run.input);
  const end = await program.ended;
  take('');
  context.signal.throwIfAborted();
  const [failure] = failures;
  if (failure !== undefined) throw restoreError(failure, { end, args: run.args });
  if (end.status !== 0 && !onlyTolerated(end)) throw connectError(end.stderr) ?? programError(end);
}

/** Takes lines in their order, then an empty one; passes all on except the refusal of the tolerated statement. */
export function withoutTolerated(onLine: (line: string) => void): (line: string) => void {
  let held: string | undefined;
  return (line) => {
    const before = held;
    held = undefined;
    if (before !== undefined && TOLERATED.test(line)) return;
    if (before !== undefined) onLine(before);
    if (line.includes('transaction_timeout')) held = line;
    else if (line !== '') onLine(line);
  };
}

async function feed(program: Awaited<ReturnType<typeof startProgram>>, input: AsyncIterable<Buffer>): Promise<void> {
  try {
    for await (const chunk of input) {
      if (program.stdin.destroyed) break;
      const written = new Promise<void>((resolve) => program.stdin.write(chunk, () => resolve()));
      await Promise.race([written, program.ended]);
    }
    program.stdin.end();
  } catch (error) {
    program.stop();
    await program.ended;
    throw error;
  }
}

function classify(line: string): { readonly kind: 'error' | 'warning'; readonly text: string } | undefined {
  const error = /^pg_restore: error: (?:could not execute query: )?(?:ERROR: +)?(.*)$/.exec(line)?.[1];
  if (error !== undefined) return { kind: 'error', text: error };
  const warning = /^pg_restore: warning: (.*)$/.exec(line)?.[1] ?? /^WARNING: +(.*)$/.exec(line)?.[1];
  if (warning === undefined || /^errors ignored on restore: /.test(warning)) return undefined;
  return { kind: 'warning', text: warning };
}

function onlyTolerated(end: ProgramEnd): boolean {
  return end.status === 1 && TOLERATED.test(end.stderr) && /errors ignored on restore: \d+/.test(end.stderr);
}

/** pg_restore's own flags and the names of the options here. */
const FOR_OTHER_ROLES = [
  ['--no-owner', 'noOwner'],
  ['--no-privileges', 'noPrivileges'],
] as const;

function restoreError(
  failure: string,
  { end, args }: { readonly end: ProgramEnd; readonly args: readonly string[] },
): BackuperError {
  const connection = /connection to server/.test(end.stderr);
  const error = (connection ? connectError(end.stderr) : undefined) ?? serverError(end.stderr);
  if (error !== undefined) return error;
  const entry = /from TOC entry \d+; \d+ \d+ (.*)$/m.exec(end.stderr)?.[1];
  const where = entry === undefined ? '' : ` (${entry})`;
  const names = FOR_OTHER_ROLES.flatMap(([flag, name]) => (args.includes(flag) ? [] : [say.option(name)])).join(
    ' and ',
  );
  return new BackuperError('restore-failed', `pg_restore failed: '${failure}'${where}`, {
    hint: `nothing is left of this restore${names === '' ? '' : `; ${names} may help on a cluster with other roles`}`,
  });
}
