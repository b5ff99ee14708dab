import {
  BackuperError,
  type Context,
  EXIT_STATUSES,
  SIGNAL_EXITS,
  say,
  toBackuperError,
} from '@postgres-backuper/base';
import type { BackupServices } from '@postgres-backuper/core';
import type { BackupId } from '@postgres-backuper/format';
import type { MadeBackup } from '@postgres-backuper/hosts';
import type { CommandInput, Outcome } from '../command.ts';
import { cancelledExit } from '../session.ts';
import { commandEnvironment, secretsOf } from './command-environment.ts';
import { type Hook, runHook } from './run-hook.ts';

/** After a cancel: CI systems end a job soon, milliseconds. The removal of a failed backup takes a part of it. */
const CANCELLED_MS = 6000;
/** Variables that tell a command about the backup; those of the job's own environment are not passed on. */
const HOOK_NAMES = /^HOOK_/;

export interface HookRequest {
  readonly input: CommandInput<'backup'>;
  readonly database: string;
  /** The outcome of a command with this backup alone. */
  readonly outcomeOf: (made: MadeBackup) => Outcome<'backup'>;
}

/**
 * Makes a backup between the commands of --before and --after. The second runs whenever the backup came to the first, with
 * what came of it. Its failure is a warning and `afterProblem`; that of the first is the error of the backup.
 */
export async function withHooks(
  request: HookRequest,
  make: (beforeDump: BackupServices['beforeDump']) => Promise<MadeBackup>,
): Promise<MadeBackup> {
  const { context } = request.input;
  const afterwards = outlastingCancel(context);
  let begun: BackupId | undefined;
  const beforeDump = async (id: BackupId): Promise<void> => {
    begun = id;
    await run('before', namesOf(request, id), request, context);
  };
  const runAfter = async (told: Told): Promise<string | null> => {
    if (begun === undefined) return null;
    return runQuietly({ ...namesOf(request, begun), ...told }, request, { ...context, signal: afterwards });
  };
  try {
    const made = await make(beforeDump);
    return { ...made, afterProblem: await runAfter(toldOf(made, request)) };
  } catch (thrown) {
    const error = toBackuperError(context.signal.aborted ? context.signal.reason : thrown);
    const problem = await runAfter(toldOfError(error));
    throw problem === null ? thrown : withProblem(error, problem);
  }
}

type Told = Readonly<Record<`HOOK_${string}`, string>>;

function namesOf({ database }: HookRequest, { name, label }: BackupId): Told {
  return { HOOK_NAME: name, HOOK_LABEL: label, HOOK_DATABASE: database };
}

function toldOf(made: MadeBackup, { outcomeOf }: HookRequest): Told {
  const { error, exit = 0 } = outcomeOf(made);
  const { rawBytes, storedBytes } = made.totals;
  const bytes = { HOOK_RAW_BYTES: `${rawBytes}`, HOOK_STORED_BYTES: `${storedBytes}` };
  return { ...ending(error?.exitStatus ?? exit), ...(error === undefined ? {} : { HOOK_ERROR: error.code }), ...bytes };
}

function toldOfError(error: BackuperError): Told {
  return { ...ending(cancelledExit(error)), HOOK_ERROR: error.code };
}

function ending(exit: number): Told {
  return { HOOK_OUTCOME: outcomeText(exit), HOOK_EXIT_STATUS: `${exit}` };
}

function outcomeText(exit: number): string {
  if (exit === 0) return 'success';
  if (exit === EXIT_STATUSES.partial) return 'partial';
  return Object.values<number>(SIGNAL_EXITS).includes(exit) ? 'cancelled' : 'failure';
}

async function run(when: Hook['when'], told: Told, { input }: HookRequest, context: Context): Promise<void> {
  const { settings } = input.resolved;
  const command = settings[when];
  if (command === undefined) return;
  const { environment } = input;
  const passed = Object.entries(commandEnvironment(environment)).filter(([name]) => !HOOK_NAMES.test(name));
  const env = { ...Object.fromEntries(passed), ...told };
  const secrets = secretsOf(settings, environment);
  await runHook({ when, command, env, secrets, limitMs: settings.hookTimeout }, context);
}

/** Returns why it failed; null: it did not. */
async function runQuietly(told: Told, request: HookRequest, context: Context): Promise<string | null> {
  try {
    await run('after', told, request, context);
    return null;
  } catch (thrown) {
    const { message: text, hint } = toBackuperError(thrown);
    context.emit({ type: 'warning', text, hint });
    return text;
  }
}

/** The same error, with what failed in addition among its problems. */
function withProblem(error: BackuperError, problem: string): BackuperError {
  const { code, message, hint, cause } = error;
  const result = (error.result ?? {}) as { readonly problems?: readonly string[] | number };
  const before = Array.isArray(result.problems) ? result.problems : [message];
  return new BackuperError(code, message, { hint, cause, result: { ...result, problems: [...before, problem] } });
}

/** Aborts a while after the run was cancelled. */
function outlastingCancel({ signal, clock }: Context): AbortSignal {
  const late = new AbortController();
  const text = `the command of ${say.given('after')} was ended before it was done, since the run was cancelled`;
  const reason = new BackuperError('cancelled', text);
  const abort = (): void => late.abort(reason);
  const wait = (): void => void clock.sleep(CANCELLED_MS, { idle: true }).then(abort);
  signal.addEventListener('abort', wait, { once: true });
  return late.signal;
}
