import type { Context } from '@postgres-backuper/base';
import {
  type AnySettings,
  type Environment,
  environmentNames,
  inputName,
  isSecret,
  OPTIONS,
  type OptionName,
  type Resolved,
  Secret,
} from '@postgres-backuper/options';
import { runPasswordCommand } from './run-password-command.ts';

/** How long a password is used for further connections, milliseconds: sessions that open together ask once. */
const KEPT_MS = 3000;
/** What the command may need to know about the server. */
const OF_SERVER = ['PGHOST', 'PGPORT', 'PGUSER', 'PGDATABASE'];
/** Variables of this program and of its runs; some hold URLs or headers with a token. */
const OWN_NAMES = /^(BACKUP_|INPUT_|OTEL_)/;
/** Variables with these words in their names hold secrets of other programs. */
const SECRET_WORDS = /PASS(?!WORD_COMMAND)|SECRET|TOKEN|KEY|CREDENTIAL|HEADERS|_URL$|NOTIFY/i;

export interface PasswordPlace {
  readonly resolved: Resolved;
  readonly environment: Environment;
  /** The variables of the client programs. */
  readonly server: Readonly<Record<string, string>>;
}

/**
 * Asks --password-command; undefined without it. Calls at the same time share one run of the command, and a password is
 * kept for three seconds. A failure is not kept. Errors of the function: password-unavailable, cancelled.
 */
export function passwordSource(
  { resolved, environment, server }: PasswordPlace,
  context: Pick<Context, 'clock' | 'signal'>,
): (() => Promise<string>) | undefined {
  const settings: AnySettings = resolved.settings;
  const { passwordCommand: command } = settings;
  if (command === undefined) return undefined;
  const ofServer = Object.fromEntries(OF_SERVER.flatMap((name) => (server[name] ? [[name, server[name]]] : [])));
  const env = { ...passedVariables(environment), ...ofServer };
  const request = { command, env, secrets: secretsOf(settings, environment) };
  let answer: Promise<string> | undefined;
  const forget = (): void => {
    answer = undefined;
  };
  return () => {
    if (answer !== undefined) return answer;
    answer = runPasswordCommand(request, context);
    answer.then(() => context.clock.sleep(KEPT_MS, { idle: true }).then(forget), forget);
    return answer;
  };
}

/** All variables, since the command may need any of them, except the secrets of this program. */
function passedVariables(environment: Environment): Readonly<Record<string, string>> {
  const own = new Set(secretVariables());
  const passed = Object.entries(environment).filter(
    ([name, value]) => value !== undefined && !own.has(name) && !OWN_NAMES.test(name),
  );
  return Object.fromEntries(passed) as Record<string, string>;
}

/** Not AWS_*: those are for the command as well. */
function secretVariables(): readonly string[] {
  const options = (Object.keys(OPTIONS) as OptionName[]).filter((name) => isSecret(OPTIONS[name]));
  const names = options.flatMap((name) => [inputName(name), ...environmentNames(name)]);
  return names.filter((name) => !name.startsWith('AWS_'));
}

function secretsOf(settings: AnySettings, environment: Environment): readonly string[] {
  const own = Object.values(settings).flatMap((value) => (value instanceof Secret ? [value.reveal()] : []));
  const isOwn = new Set(secretVariables());
  const others = Object.entries(environment).filter(([name]) => isOwn.has(name) || SECRET_WORDS.test(name));
  return [...own, ...others.map(([, value]) => value ?? '')];
}
