import { detectHost, type Host, openHost } from '@postgres-backuper/hosts';
import type { Settings } from '../options/options.ts';
import type { Environment } from '../options/sources.ts';
import { realClock } from '../real-clock.ts';
import type { Terminal } from '../terminal.ts';

/** The CI system that shows this command, if any. With --json it is looked for only when it is named. */
export function chosenHost(
  { ci = 'auto', json, verbose }: Partial<Settings>,
  environment: Environment,
  terminal: Terminal,
): Promise<Host | undefined> {
  const name = ci !== 'auto' ? ci : json ? 'none' : detectHost(environment);
  const { elapsed, now } = realClock;
  return openHost(name, { write: terminal.writeOut, environment, verbose: verbose ?? false, elapsed, now });
}

/** The terminal of a command that a host shows: what it prints becomes lines of the host's log. */
export function hostTerminal(host: Host | undefined, terminal: Terminal): Terminal {
  if (host === undefined) return terminal;
  const writeOut = (text: string): void => {
    for (const line of text.split('\n').filter(Boolean)) host.emit({ type: 'notice', text: line });
  };
  return { ...terminal, writeOut, colours: { out: false, error: false } }; // a runner may give us a terminal
}
