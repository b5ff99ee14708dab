import type { Emit, RunProgram } from '@postgres-backuper/base';
import type { CheckItem } from '@postgres-backuper/core';
import type { CommandName } from '@postgres-backuper/options';
import type { ResultOf } from './results.ts';
import type { Wording } from './wording.ts';

export interface NewestBackupOf {
  readonly name: string;
  readonly location: string;
  readonly label: string;
  /** ISO 8601: its snapshot. */
  readonly startedAt: string;
}

export interface ErrorText {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** What an error that ended a command before it had a result says besides its text. */
export interface ErrorDetails {
  readonly problems?: readonly string[] | undefined;
  /** Of the checks before a backup. */
  readonly items?: readonly CheckItem[] | undefined;
}

export interface DocumentOf<C extends CommandName> {
  readonly command: C;
  readonly exit: number;
  /** `host:port` of the server that the command connects to. */
  readonly server?: string | undefined;
  /** Those that the settings name. */
  readonly databases?: readonly string[] | undefined;
  /** Where metrics are asked for: the newest usable backup of each name in each repository, whatever became of the command. */
  readonly newest?: readonly NewestBackupOf[] | undefined;
  /** Also beside an error, when there is something to tell. */
  readonly result?: ResultOf<C> | undefined;
  readonly details?: ErrorDetails | undefined;
  readonly error?: ErrorText | undefined;
}

/** What a command leaves: its result is typed by the command. `--json` and `--result-file` write it by documentJson. */
export type CommandDocument = { [C in CommandName]: DocumentOf<C> }[CommandName];

/** How a command ended. */
export interface CommandEnd {
  readonly document: CommandDocument;
  /** The result for people; '' for nothing. May hold any character: hosts must escape it. */
  readonly text: string;
  /** The single problems of a failed command, when there are several. */
  readonly problems: readonly string[];
}

/** One CI system. A new kind of event does not compile until each host shows it. */
export interface Host {
  readonly emit: Emit;
  /** Shows how the command ended; returns the exit status for the host: 99, skipped, may be a success there. */
  finish(end: CommandEnd): Promise<number>;
  /** Runs package managers and version probes; absent: our own runner does. */
  readonly run?: RunProgram;
}

/** What a host may use. */
export interface HostServices {
  /** Standard output: log lines and the host's commands, in their order. */
  readonly write: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** How the users of this host name things; texts of events and ends are in these words already. */
  readonly wording: Wording;
  /** Whether `detail` events are shown. */
  readonly verbose: boolean;
  /** Milliseconds that never jump back. */
  readonly elapsed: () => number;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}
