import { formatDuration } from '@postgres-backuper/base';
import { paint } from '@postgres-backuper/hosts';
import { run } from '../packages/cli/src/run.ts';
import type { Terminal } from '../packages/cli/src/terminal.ts';

/** Runs the steps of the demo and shows each as a user would type it. */
export interface Stage {
  /** A heading and how long the step took. No step begins after the signal. */
  step<Result>(title: string, act: () => Promise<Result>): Promise<Result>;
  /** A command of postgres-backuper with its output. Throws unless it ends with `expected`. */
  command(args: readonly string[], environment: Readonly<Record<string, string>>, expected?: number): Promise<string>;
  say(text: string): void;
}

export function createStage(terminal: Terminal, signal: AbortSignal): Stage {
  const colours = terminal.colours.error;
  let number = 0;
  const say = (text: string): void => terminal.writeError(`${text}\n`);
  return {
    say,
    async step(title, act) {
      signal.throwIfAborted();
      number += 1;
      say(`\n${paint(colours, 'cyan', `${number}.`)} ${paint(colours, 'bold', title)}`);
      const begun = performance.now();
      const result = await act();
      say(paint(colours, 'dim', `   ${formatDuration(performance.now() - begun)}`));
      return result;
    },
    async command(args, environment, expected = 0) {
      say(`${paint(colours, 'dim', '$')} postgres-backuper ${args.join(' ')}`);
      let shown = '';
      const writeOut = (text: string): void => {
        shown += text;
        if (!args.includes('--json')) terminal.writeError(text);
      };
      const inner: Terminal = { ...terminal, writeOut, colours: { out: colours, error: colours } };
      const status = await run(args, { environment, terminal: inner });
      if (status !== 0) say(paint(colours, 'dim', `  exit status ${status}`));
      if (status !== expected) throw new Error(`postgres-backuper ${args[0]} ended with ${status}, not ${expected}`);
      return shown;
    },
  };
}
