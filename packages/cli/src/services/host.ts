import { detectHost, type Host, type HostName, openHost, type Speech } from '@postgres-backuper/hosts';
import type { Environment, SettingsIfOffered } from '@postgres-backuper/options';
import { realClock } from '../real-clock.ts';
import type { Terminal } from '../terminal.ts';

/** The CI system that shows this command, if any. With --json or a JSON log it must be named. */
export function chosenHost(
  { ci = 'auto', json, logFormat }: SettingsIfOffered<'ci' | 'json' | 'logFormat'>,
  environment: Environment,
): HostName {
  if (ci !== 'auto') return ci;
  return json || logFormat === 'json' ? 'none' : detectHost(environment);
}

export interface Showing {
  readonly settings: SettingsIfOffered<'verbose' | 'json'>;
  readonly environment: Environment;
  readonly terminal: Terminal;
  readonly speech: Speech;
}

/** Starts that host; it writes to standard output, and where the JSON document is written there, to standard error. */
export function startHost(
  name: HostName,
  { settings, environment, terminal, speech }: Showing,
): Promise<Host | undefined> {
  const { elapsed, now } = realClock;
  const { wording } = speech;
  const verbose = settings.verbose ?? false;
  const write = settings.json ? terminal.writeError : terminal.writeOut;
  return openHost(name, { write, environment, wording, verbose, elapsed, now });
}

/** The terminal of a command that a host shows: its output becomes lines of the host's log. */
export function hostTerminal(host: Host | undefined, terminal: Terminal, { text: speak }: Speech): Terminal {
  if (host === undefined) return { ...terminal, writeOut: (text) => terminal.writeOut(speak(text)) };
  const writeOut = (text: string): void => {
    for (const line of speak(text).split('\n').filter(Boolean)) host.emit({ type: 'notice', text: line });
  };
  return { ...terminal, writeOut, outWidth: () => undefined, colours: { out: false, error: false } }; // a runner may provide a terminal
}
