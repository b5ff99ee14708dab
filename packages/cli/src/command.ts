import type { BackuperError, Context, RunProgram } from '@postgres-backuper/base';
import type { ResultOf } from '@postgres-backuper/hosts';
import type { CommandName, Environment, Resolved } from '@postgres-backuper/options';
import type { Terminal } from './terminal.ts';

/** What a command gets: its settings, the words behind its name, and its host. */
export interface CommandInput<C extends CommandName = CommandName> {
  readonly resolved: Resolved<C>;
  readonly positionals: readonly string[];
  readonly context: Context;
  readonly environment: Environment;
  readonly terminal: Terminal;
  /** Runs programs to their end as the host prefers it, where that loses nothing. */
  readonly run: RunProgram | undefined;
}

/** What a command leaves. */
export interface Outcome<C extends CommandName = CommandName> {
  /** The JSON document. */
  readonly result: ResultOf<C>;
  /** The same for people, on standard output; '' for nothing. */
  readonly text: string;
  /** Exit status; default 0, or the error's. */
  readonly exit?: number;
  /** Why only a part of what was asked for is done: shown besides the text. */
  readonly error?: BackuperError;
}

/** Errors: BackuperError, whose code decides the exit status. */
export type Command<C extends CommandName> = (input: CommandInput<C>) => Promise<Outcome<C>>;
