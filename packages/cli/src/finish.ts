import { BackuperError, escapeText, toBackuperError } from '@postgres-backuper/base';
import {
  type CommandDocument,
  documentJson,
  type Host,
  logJson,
  type Speech,
  sourceText,
} from '@postgres-backuper/hosts';
import type { AnySettings, CommandName } from '@postgres-backuper/options';
import type { Outcome } from './command.ts';
import type { Figures } from './metrics/measure.ts';
import type { Pusher } from './metrics/pusher.ts';
import type { TelemetrySender } from './metrics/telemetry-sender.ts';
import type { Notifier } from './notify/notifier.ts';
import { errorText } from './print/error.ts';
import { realClock } from './real-clock.ts';
import { writeReports } from './report-files.ts';
import { writeResultFile } from './result-file.ts';
import { cancelledExit, createReporter } from './session.ts';
import type { Terminal } from './terminal.ts';
import { spokenEnd, spokenError } from './wording/spoken-end.ts';

export interface Finishing<C extends CommandName = CommandName> {
  readonly command: C;
  readonly settings: AnySettings;
  readonly terminal: Terminal;
  /** Undefined: a terminal. */
  readonly host: Host | undefined;
  readonly speech: Speech;
  /** The fields of the document beside the result. */
  readonly about: Pick<CommandDocument, 'server' | 'databases' | 'page' | 'newest'>;
  readonly notifier: Pick<Notifier, 'tell'>;
  readonly figures: Figures;
  readonly pusher: Pusher;
  readonly telemetry: TelemetrySender;
}

/**
 * Reports the end of a command and returns its exit status. In order: the result file and the reports, which a host may
 * publish; text and errors for people; JSON on standard output.
 */
export async function finish<C extends CommandName>(
  ended: Outcome<C> | BackuperError,
  finishing: Finishing<C>,
): Promise<number> {
  const { settings, terminal, host, speech } = finishing;
  const end = spokenEnd(ended, speech.text);
  const document = describeEnd(end, finishing);
  const isAsked = settings.json || settings.resultFile !== undefined; // of 10,000 backups it takes as long as their table
  const json = isAsked ? `${JSON.stringify(documentJson(document), undefined, 2)}\n` : '';
  const written =
    settings.resultFile === undefined ? undefined : writeResultFile('resultFile', settings.resultFile, json);
  const unwritten = [written, ...writeReports(document, finishing)].flatMap((error) =>
    error === undefined ? [] : [spokenError(error, speech.text)],
  );
  const exit = document.exit === 0 ? (unwritten[0]?.exitStatus ?? 0) : document.exit;
  const shown = host === undefined ? exit : await showOnHost(host, end, { ...document, exit });
  if (host === undefined) showOnTerminal(end, finishing);
  for (const error of unwritten) {
    if (host === undefined) showError(error, finishing);
    else host.emit({ type: 'warning', text: error.message, hint: error.hint });
  }
  if (settings.json) terminal.writeOut(json);
  await send({ ...document, exit }, finishing);
  if (host === undefined && settings.logFormat === 'json') {
    logJson({ type: 'end', command: finishing.command, exit }, lines(terminal));
  }
  return shown;
}

/** Last, since it may take a while: the outcome is written and shown. Whatever happens here does not change it. */
async function send(document: CommandDocument, finishing: Finishing): Promise<void> {
  const { notifier, pusher, telemetry, figures } = finishing;
  const measured = { ...figures, document };
  const sendings = [notifier.tell(document), pusher.push(measured), telemetry.send(measured)];
  const failed = sendings.map((one) => one.catch((error: unknown) => [toBackuperError(error)]));
  for (const error of (await Promise.all(failed)).flat())
    showWarning(spokenError(error, finishing.speech.text), finishing);
}

function showWarning({ message: text, hint }: BackuperError, finishing: Finishing): void {
  const event = { type: 'warning', text, hint } as const;
  (finishing.host?.emit ?? createReporter(finishing.settings, finishing.terminal).emit)(event);
}

function describeEnd<C extends CommandName>(
  end: Outcome<C> | BackuperError,
  { command, about }: Finishing<C>,
): CommandDocument {
  const said = end instanceof BackuperError ? { details: end.result } : { result: end.result };
  const error = errorOf(end);
  const exit = error === undefined ? ((end as Outcome<C>).exit ?? 0) : cancelledExit(error);
  const { code, message, hint } = error ?? {};
  const document = {
    command,
    exit,
    ...about,
    ...(error === undefined ? {} : { error: { code, message, hint } }),
    ...said,
  };
  return document as CommandDocument; // C pairs the command with its result, which the compiler cannot see here
}

function errorOf(end: Outcome | BackuperError): BackuperError | undefined {
  return end instanceof BackuperError ? end : end.error;
}

function textOf(end: Outcome | BackuperError): string {
  return end instanceof BackuperError ? '' : end.text;
}

function showOnTerminal(end: Outcome | BackuperError, { settings, terminal, about, ...rest }: Finishing): void {
  const error = errorOf(end);
  if (!settings.json) terminal.writeOut(textOf(end));
  if (error === undefined) return;
  showError(error, { settings, terminal, about, ...rest });
  const source = sourceText(about);
  if (source !== undefined && settings.logFormat !== 'json') terminal.writeError(`  ${escapeText(source)}\n`);
}

function showError(error: BackuperError, { settings, terminal, about: { server } }: Finishing): void {
  const { code, message, hint } = error;
  if (settings.logFormat !== 'json') terminal.writeError(errorText(error, terminal.colours.error));
  else logJson({ type: 'error', error: { code, message, hint }, server }, lines(terminal));
}

/** Where the lines of a JSON log are written. */
function lines({ writeError: write }: Terminal) {
  return { write, now: realClock.now };
}

function showOnHost(host: Host, end: Outcome | BackuperError, document: CommandDocument): Promise<number> {
  return host.finish({ document, text: textOf(end) });
}
