import { type Author, BackuperError, toBackuperError } from '@postgres-backuper/base';
import { createSpeech } from '@postgres-backuper/hosts';
import {
  type AnySettings,
  type CommandName,
  type Environment,
  type OptionName,
  parseArguments,
  type Resolved,
  resolveSettings,
  settingsError,
  writesData,
} from '@postgres-backuper/options';
import type { Outcome } from './command.ts';
import { COMMAND_CODE, isCommand, nearestCommand } from './commands.ts';
import { completionScript, SHELLS } from './completion/scripts.ts';
import { type Finishing, finish } from './finish.ts';
import { commandHelp, generalHelp } from './help.ts';
import { createTally, measure, newestIn, type Tally } from './metrics/measure.ts';
import { createPusher } from './metrics/pusher.ts';
import { createTelemetrySender } from './metrics/telemetry-sender.ts';
import { startNotifier } from './notify/notifier.ts';
import { positionalProblems } from './positionals.ts';
import { errorText } from './print/error.ts';
import { authorOf } from './services/author.ts';
import { connectedTo } from './services/connected-to.ts';
import { connectionOrigin } from './services/connection-origin.ts';
import { chosenHost, hostTerminal, startHost } from './services/host.ts';
import { laterProblems } from './services/later-problems.ts';
import { reportPage } from './services/report-page.ts';
import { withTunnels } from './services/tunnels.ts';
import { withContext } from './session.ts';
import type { Terminal } from './terminal.ts';

export interface Process {
  readonly environment: Environment;
  readonly terminal: Terminal;
}

/** Runs one command line to its end and returns the exit status. Never throws. */
export async function run(argv: readonly string[], process: Process): Promise<number> {
  const { terminal } = process;
  const [word, ...rest] = argv;
  if (word === undefined) {
    terminal.writeError(generalHelp());
    return 2;
  }
  if (word === '--help' || word === '-h' || (word === 'help' && rest.length === 0)) {
    terminal.writeOut(generalHelp());
    return 0;
  }
  if (word === 'help') return run([...rest.slice(0, 1), '--help'], process);
  if (word === 'completion') return complete(rest, process);
  if (!isCommand(word)) return fail(unknownCommand(word), process);
  return runCommand(word, rest, process);
}

async function runCommand<C extends CommandName>(
  command: C,
  words: readonly string[],
  process: Process,
): Promise<number> {
  const tally = createTally();
  const read = parseArguments(command, words);
  if (read.help) {
    process.terminal.writeOut(commandHelp(command));
    return 0;
  }
  const resolved = resolveSettings({ command, flags: read.flags, environment: process.environment });
  const first = [...read.problems, ...positionalProblems(command, read.positionals), ...resolved.problems];
  const later = laterProblems({ ...read, resolved, environment: process.environment });
  // the command itself reports a single later problem, with its own hint
  const problems = first.length + later.length > 1 ? [...first, ...later] : first;
  const { settings } = resolved;
  const { preview = false }: AnySettings = settings;
  const hostName = writesData(command) || preview ? 'none' : chosenHost(settings, process.environment);
  const { environment } = process;
  const originOf = (name: OptionName): string | undefined =>
    connectionOrigin(name, { resolved, environment }) ?? resolved.sources.get(name);
  const speech = createSpeech(hostName, { command, environment, originOf });
  const host = await startHost(hostName, { settings, speech, ...process });
  const about = { ...connectedTo({ resolved, environment }), page: reportPage(settings as AnySettings) };
  const notifier = startNotifier({ resolved, environment, hostName });
  const finishing = { command, settings, terminal: process.terminal, host, speech };
  const end =
    problems.length > 0
      ? settingsError(problems, speech.help)
      : await runResolved(command, finishing, {
          ...{ resolved, positionals: read.positionals, process, tally },
          by: authorOf(hostName, environment),
        }).catch(toBackuperError);
  const pusher = createPusher({ resolved, environment });
  const telemetry = createTelemetrySender({ environment, tally });
  const figures = await measure(end, { resolved, environment, tally });
  return finish(end, {
    ...finishing,
    notifier,
    pusher,
    telemetry,
    figures,
    about: { ...about, newest: newestIn(figures) },
  });
}

async function runResolved<C extends CommandName>(
  command: C,
  { settings, host, terminal, speech }: Omit<Finishing, 'about' | 'notifier' | 'pusher' | 'telemetry' | 'figures'>,
  input: { resolved: Resolved<C>; positionals: readonly string[]; process: Process; tally: Tally; by: Author },
): Promise<Outcome> {
  const { resolved, positionals, process, tally, by } = input;
  const start = await COMMAND_CODE[command]();
  return withContext({ command, settings, terminal, host, speech, tally, by }, (context) =>
    withTunnels(() =>
      start({
        resolved,
        positionals,
        context,
        run: host?.run,
        ...process,
        terminal: hostTerminal(host, terminal, speech),
      }),
    ),
  );
}

/** `completion bash`: no command, since it has no settings and looks at nothing. */
function complete([shell = '', ...more]: readonly string[], process: Process): number {
  const script = more.length === 0 ? completionScript(shell) : undefined;
  if (script === undefined) {
    const hint = `write one of them: postgres-backuper completion ${SHELLS.join('|')}`;
    return fail(new BackuperError('usage-invalid', `'completion' needs the name of a shell`, { hint }), process);
  }
  process.terminal.writeOut(script);
  return 0;
}

function fail(error: BackuperError, { terminal }: Process): number {
  terminal.writeError(errorText(error, terminal.colours.error));
  return error.exitStatus;
}

function unknownCommand(word: string): BackuperError {
  const meant = nearestCommand(word);
  const shown = meant === undefined ? 'the first word' : `'${word}'`; // it may be a secret
  return new BackuperError('command-unknown', `${shown} is not a command`, {
    hint: meant === undefined ? "run 'postgres-backuper --help' for the commands" : `did you mean '${meant}'?`,
  });
}
