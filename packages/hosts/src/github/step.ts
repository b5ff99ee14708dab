import { error, getInput, getState, info, isDebug, saveState, setSecret, summary, warning } from '@actions/core';
import { isCancelledExit } from '@postgres-backuper/base';
import {
  ALL_OPTIONS,
  type AnySettings,
  type Environment,
  type Resolved,
  resolveSettings,
  Secret,
} from '@postgres-backuper/options';
import { isSkipped, YOUNG } from '../skipped.ts';
import { type ActionCommand, type ActionInput, inputsOf, TARGET_INPUT } from './inputs.ts';
import { isForgejo } from './is-forgejo.ts';
import { masksOf } from './masks.ts';
import { NAMED, problemOfNamed } from './root-inputs.ts';
import { isAction } from './wording.ts';

/** Keys that are no secrets. */
const PUBLIC: readonly string[] = ALL_OPTIONS.flatMap(([name, option]) => (option.public ? [name] : []));
/** Secrets that are no options: libraries read them. */
const FOREIGN = ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'PGPASSWORD'];

/**
 * Turns the inputs of the step into the command line that is loaded next, in the same process. Every secret, from an
 * input, a variable, a file or the config file, is masked before anything else is printed.
 */
export function prepare(command: ActionCommand): void {
  saveState('started', 'true');
  const { env } = process;
  for (const input of inputsOf(command)) {
    const value = readInput(input);
    if (input.variable !== undefined && value !== '') env[input.variable] = value;
  }
  env.BACKUP_CI = isForgejo(env) ? 'forgejo' : 'github';
  if (isDebug()) env.BACKUP_VERBOSE ||= 'true';
  const resolved = resolveSettings({ command, flags: new Map(), environment: env });
  for (const secret of secretsOf(resolved, env)) for (const mask of masksOf(secret)) setSecret(mask);
  const { at }: AnySettings = resolved.settings;
  const isChosen = command !== 'restore' || at !== undefined;
  const target = getInput(TARGET_INPUT) || (isChosen ? '' : 'latest');
  process.argv = [process.execPath, 'postgres-backuper', command, ...(target === '' ? [] : ['--', target])];
}

/**
 * The same for the action whose input names the command. False, with exit status 2 and an annotation, when it names
 * none, or when an input is given that the command does not take: nothing may run then.
 */
export function prepareNamed(): boolean {
  const command = getInput(NAMED);
  const problem = problemOfNamed(command, (name) => getInput(name) !== '');
  if (problem === undefined && isAction(command)) {
    saveState(NAMED, command);
    prepare(command);
    return true;
  }
  error(`${problem}`, { title: 'PostgreSQL step failed' });
  process.exitCode = 2;
  return false;
}

/** The `post` of that action. */
export async function postNamed(): Promise<void> {
  const command = getState(NAMED);
  if (isAction(command)) await post(command);
}

/** Always runs at the end of the job: reports how the command ended. */
export async function post(command: ActionCommand): Promise<void> {
  if (getState('started') === '') return;
  const ended = getState('ended');
  if (ended === '') {
    const text = `${command} was ended by force. Nothing unfinished counts as a backup; the next backup or prune removes what is left.`;
    warning(text, { title: `PostgreSQL ${command} killed` });
    if (process.env.GITHUB_STEP_SUMMARY)
      await summary.addRaw(`## 🚫 PostgreSQL ${command}: killed\n\n${text}\n`).write();
  } else info(endText(command, Number(ended)));
}

function endText(command: ActionCommand, exit: number): string {
  if (exit === 0) return `${command} ended well`;
  if (isSkipped(exit)) return `${command} was skipped: ${YOUNG}`;
  if (isCancelledExit(exit)) {
    return `${command} was cancelled: all its processes ended, and nothing unfinished counts as a backup`;
  }
  return `${command} ended with exit status ${exit}: its annotations say why`;
}

/** Each line of an option that takes several values is one value. */
function readInput({ name, option }: ActionInput): string {
  const isSecret = option?.type === 'secret';
  const value = getInput(name, { trimWhitespace: !isSecret });
  if (isSecret) return value.replace(/\r?\n$/, '');
  if (!option?.many || option.type === 'key' || value.startsWith('[')) return value;
  const lines = value.split('\n').flatMap((line) => line.trim() || []);
  return lines.length > 1 ? JSON.stringify(lines) : value;
}

function secretsOf({ settings, destinations, places }: Resolved, environment: Environment): readonly string[] {
  const given = [settings, ...destinations].flatMap((one) =>
    Object.entries(one).flatMap(([name, value]) => (PUBLIC.includes(name) ? [] : [value].flat())),
  );
  const own = given.filter((value) => (value as unknown) instanceof Secret) as unknown as readonly Secret[];
  // what a nearer URL does not name may come from a farther one
  const urls = (places.get('databaseUrl') ?? []).flatMap(({ texts }) => texts);
  return [...own.map((secret) => secret.reveal()), ...urls, ...FOREIGN.flatMap((name) => environment[name] || [])];
}
