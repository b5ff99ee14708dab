import { writeData, writeText } from './standard-output.ts';

/** Where a command writes; tests pass their own. */
export interface Terminal {
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
  /** Writes data to standard output and resolves when they are taken; false: its reader is gone. Errors: those of the system. */
  readonly writeBytes: (bytes: Uint8Array) => Promise<boolean>;
  /** Whether standard error is a terminal whose last line can be redrawn. */
  readonly interactive: boolean;
  /** Whether a program can have a prompt on standard input and output. */
  readonly prompts: boolean;
  /** Whether colours may be used on standard output and on standard error. */
  readonly colours: { readonly out: boolean; readonly error: boolean };
  /** Characters per line of standard error. */
  readonly width: () => number;
  /** The same of standard output; undefined: it is no terminal. */
  readonly outWidth?: () => number | undefined;
}

/** The terminal of this process. `NO_COLOR` and `TERM=dumb` are honoured. */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const allowed = !env.NO_COLOR && env.TERM !== 'dumb';
  return {
    writeOut: writeText,
    writeError: (text) => stderr.write(text),
    writeBytes: writeData,
    interactive: stderr.isTTY === true && env.TERM !== 'dumb' && !env.CI,
    prompts: stdin.isTTY === true && stdout.isTTY === true,
    colours: { out: stdout.isTTY === true && allowed, error: stderr.isTTY === true && allowed },
    width: () => stderr.columns || 80, // 0: unknown
    outWidth: () => (stdout.isTTY ? stdout.columns || 80 : undefined),
  };
}
