import { BackuperError, toBackuperError } from '@postgres-backuper/core';
import type { Outcome } from './command.ts';
import { COMMANDS, isCommand, nearestCommand } from './commands.ts';
import { commandHelp, generalHelp } from './help.ts';
import { parseArguments } from './options/arguments.ts';
import type { CommandName } from './options/option.ts';
import type { Settings } from './options/options.ts';
import { type Resolved, resolveSettings } from './options/resolve.ts';
import { settingsError } from './options/settings-error.ts';
import type { Environment } from './options/sources.ts';
import { positionalProblems } from './positionals.ts';
import { errorText } from './print/error.ts';
import { writeResultFile } from './result-file.ts';
import { laterProblems } from './services/later-problems.ts';
import { cancelledExit, withContext } from './session.ts';
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
  if (!isCommand(word)) return fail(unknownCommand(word), process);
  return runCommand(word, rest, process);
}

async function runCommand(command: CommandName, words: readonly string[], process: Process): Promise<number> {
  const read = parseArguments(command, words);
  if (read.help) {
    process.terminal.writeOut(commandHelp(command));
    return 0;
  }
  const resolved = resolveSettings({ command, flags: read.flags, environment: process.environment });
  const first = [...read.problems, ...positionalProblems(command, read.positionals), ...resolved.problems];
  const later = laterProblems(command, { ...read, resolved, environment: process.environment });
  // a single later problem is told by the command itself, with its own hint
  const problems = first.length + later.length > 1 ? [...first, ...later] : first;
  const report = { command, settings: resolved.settings };
  try {
    if (problems.length > 0) throw settingsError(problems, `run 'postgres-backuper ${command} --help' for the options`);
    const outcome = await runResolved(command, { resolved, positionals: read.positionals, process });
    return finish(report, outcome, process);
  } catch (error) {
    return finish(report, toBackuperError(error), process);
  }
}

async function runResolved(
  command: CommandName,
  input: { resolved: Resolved; positionals: readonly string[]; process: Process },
): Promise<Outcome> {
  const { resolved, positionals, process } = input;
  const start = await COMMANDS[command].load();
  return withContext({ settings: resolved.settings, terminal: process.terminal }, (context) =>
    start({ resolved, positionals, context, ...process }),
  );
}

/** Says how a command ended: text or JSON on standard output, errors on standard error, the result file. */
function finish(
  { command, settings }: { command: CommandName; settings: Settings },
  end: Outcome | BackuperError,
  process: Process,
): number {
  const failed = end instanceof BackuperError;
  const exit = failed ? cancelledExit(end) : (end.exit ?? 0);
  const document = { command, exit, ...(failed ? errorDocument(end) : { result: end.result }) };
  if (failed) process.terminal.writeError(errorText(end, process.terminal.colours.error));
  if (!settings.json && !failed) process.terminal.writeOut(end.text);
  if (!settings.json && settings.resultFile === undefined) return exit;
  const json = `${JSON.stringify(document, undefined, 2)}\n`;
  if (settings.json) process.terminal.writeOut(json);
  if (settings.resultFile === undefined) return exit;
  const unwritten = writeResultFile(settings.resultFile, json);
  if (unwritten === undefined) return exit;
  process.terminal.writeError(errorText(unwritten, process.terminal.colours.error));
  return exit === 0 ? unwritten.exitStatus : exit;
}

function errorDocument(error: BackuperError): object {
  const { code, message, hint, result } = error;
  return {
    error: { code, message, ...(hint === undefined ? {} : { hint }) },
    ...(result === undefined ? {} : { result }),
  };
}

function fail(error: BackuperError, { terminal }: Process): number {
  terminal.writeError(errorText(error, terminal.colours.error));
  return error.exitStatus;
}

function unknownCommand(word: string): BackuperError {
  const shown = /^[\w-]{1,40}$/.test(word) ? `'${word}'` : 'this';
  const meant = nearestCommand(word);
  return new BackuperError('command-unknown', `${shown} is not a command`, {
    hint: meant === undefined ? "run 'postgres-backuper --help' for the commands" : `did you mean '${meant}'?`,
  });
}
