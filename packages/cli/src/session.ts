import { chmodSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import {
  type Author,
  BackuperError,
  type Context,
  SIGNAL_EXITS,
  startWatchdog,
  type Watchdog,
} from '@postgres-backuper/base';
import { createJsonLog, createTerminalReporter, type Host, type Reporter, type Speech } from '@postgres-backuper/hosts';
import { type AnySettings, type CommandName, needs, settingsError, TOOL } from '@postgres-backuper/options';
import { isStuck } from './end-process.ts';
import type { Tally } from './metrics/measure.ts';
import { realClock } from './real-clock.ts';
import { makeTempFolder, removeLeftFolders } from './temp-folder.ts';
import type { Terminal } from './terminal.ts';
import { warnOnce } from './warn-once.ts';
import { spokenEvent } from './wording/spoken-end.ts';

/** After a stall: how long a run may take to end before it is abandoned, milliseconds. */
const GRACE_MS = 8000;

/** When a signal cancelled the command, by the clock's `elapsed`. */
export const cancelled: { at?: number } = {};

export interface SessionRequest {
  readonly command: CommandName;
  readonly settings: AnySettings;
  readonly terminal: Terminal;
  readonly host: Host | undefined;
  readonly speech: Speech;
  readonly tally: Tally;
  readonly by: Author;
}

/** Creates the context of a command, runs it, and removes its temporary files and signal handlers. */
export async function withContext<Result>(
  { command, settings, terminal, host, speech, tally, by }: SessionRequest,
  use: (context: Context) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const stopListening = abortOnSignals(controller);
  const reporter = createReporter(settings, terminal);
  removeLeftFolders(tmpdir());
  const tempDir = makeTempDir();
  const emit = warnOnce(host?.emit ?? reporter.emit);
  const { activity, overdue } = watch({ command, settings }, controller);
  try {
    const work = use({
      clock: realClock,
      emit: (event) => {
        activity.see(event);
        tally.timeline.see(event);
        if (event.type === 'notice' && event.isRetry) tally.retries += 1;
        emit(spokenEvent(event, speech.text));
      },
      signal: controller.signal,
      activity,
      tempDir,
      tool: TOOL,
      by,
    });
    return await Promise.race([work, overdue]);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    activity.end();
    reporter.end();
    stopListening();
    rmSync(tempDir, { recursive: true, force: true });
  }
}

/** Shows events where no host does. */
export function createReporter({ logFormat, verbose }: AnySettings, terminal: Terminal): Reporter {
  const { writeError: write, interactive, colours, width } = terminal;
  if (logFormat === 'json') return createJsonLog({ write, verbose, now: realClock.now });
  return createTerminalReporter({
    ...{ write, verbose, interactive, width, colours: colours.error },
    elapsed: realClock.elapsed,
  });
}

/** `overdue` rejects when a run does not end after its time limit: a file system call may never return. */
function watch(
  { command, settings }: Pick<SessionRequest, 'command' | 'settings'>,
  controller: AbortController,
): { activity: Watchdog; overdue: Promise<never> } {
  let leave: (reason: unknown) => void = () => undefined;
  const overdue = new Promise<never>((_, reject) => {
    leave = reject;
  });
  overdue.catch(() => undefined);
  const abort = (reason: BackuperError): void => {
    if (controller.signal.aborted) return;
    controller.abort(reason);
    void realClock.sleep(GRACE_MS, { idle: true }).then(() => {
      isStuck.value = true;
      leave(reason);
    });
  };
  const isWatched = needs(command, 'repository');
  const limits = { stallMs: settings.stallTimeout || undefined, maxMs: settings.maxDuration };
  const none = { stallMs: undefined, maxMs: undefined };
  return { activity: startWatchdog(isWatched ? limits : none, { clock: realClock, abort }), overdue };
}

/** Private. As root others may traverse it: a drill's server, which must not run as root, has a private folder inside. */
function makeTempDir(): string {
  const path = newFolder();
  if (process.getuid?.() === 0) chmodSync(path, 0o711);
  return path;
}

function newFolder(): string {
  try {
    return makeTempFolder(tmpdir());
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw settingsError(
      [`TMPDIR: no folder can be made in '${tmpdir()}' (${code})`],
      'let TMPDIR name a folder that exists, that this user may write to and that has room',
    );
  }
}

/** Exit status of an error; that of a cancelled command depends on the signal. */
export function cancelledExit(error: BackuperError): number {
  const name =
    error.code === 'cancelled' ? (error.result as { signal?: keyof typeof SIGNAL_EXITS })?.signal : undefined;
  return name === undefined ? error.exitStatus : SIGNAL_EXITS[name];
}

/** The first signal cancels, the second ends the process at once. */
function abortOnSignals(controller: AbortController): () => void {
  const handlers = Object.entries(SIGNAL_EXITS).map(([name, exit]) => {
    const handler = (): void => {
      if (controller.signal.aborted) process.exit(exit);
      cancelled.at = realClock.elapsed();
      controller.abort(new BackuperError('cancelled', `cancelled by ${name}`, { result: { signal: name } }));
    };
    process.on(name, handler);
    return () => process.off(name, handler);
  });
  return () => {
    for (const remove of handlers) remove();
  };
}
