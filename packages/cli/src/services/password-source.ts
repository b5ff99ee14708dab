import type { Context } from '@postgres-backuper/base';
import type { AnySettings, Environment, Resolved } from '@postgres-backuper/options';
import { commandEnvironment, secretsOf } from './command-environment.ts';
import { runPasswordCommand } from './run-password-command.ts';

/** How long a password is used for further connections, milliseconds: sessions that open together ask once. */
const KEPT_MS = 3000;
/** What the command may need to know about the server. */
const OF_SERVER = ['PGHOST', 'PGPORT', 'PGUSER', 'PGDATABASE'];

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
  const env = { ...commandEnvironment(environment), ...ofServer };
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
