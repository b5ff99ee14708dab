import type { BackuperError, Context, RunProgram } from '@postgres-backuper/base';
import type { ResultOf } from '@postgres-backuper/hosts';
import type { CommandName, Environment, Resolved } from '@postgres-backuper/options';
import type { Terminal } from './terminal.ts';

/** The input of a command: its settings, the words after its name, and its host. */
export interface CommandInput<C extends CommandName = CommandName> {
  readonly resolved: Resolved<C>;
  readonly positionals: readonly string[];
  readonly context: Context;
  readonly environment: Environment;
  readonly terminal: Terminal;
  /** Runs programs to their end in the host's own way; undefined: our runner does. */
  readonly run: RunProgram | undefined;
}

/** The outcome of a command. */
export interface Outcome<C extends CommandName = CommandName> {
  /** The JSON document. */
  readonly result: ResultOf<C>;
  /** The same for people, on standard output; '' for nothing. */
  readonly text: string;
  /** Exit status; default 0, or the error's. */
  readonly exit?: number;
  /** Why only a part of the request was done; shown in addition to the text. */
  readonly error?: BackuperError;
}

/** Errors: BackuperError, whose code decides the exit status. */
export type Command<C extends CommandName> = (input: CommandInput<C>) => Promise<Outcome<C>>;
