import type { Emit, RunProgram } from '@postgres-backuper/base';
import type { CheckItem, CheckResult, RestorePlan } from '@postgres-backuper/core';
import type { CommandName } from '@postgres-backuper/options';
import type { ResultOf } from './results.ts';
import type { Wording } from './wording.ts';

export interface NewestBackupOf {
  readonly name: string;
  readonly location: string;
  readonly label: string;
  /** ISO 8601: the time of its snapshot. */
  readonly startedAt: string;
}

export interface ErrorText {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Details of an error that ended a command before it had a result. */
export interface ErrorDetails {
  /** Where there are several; after the checks before a backup their number. */
  readonly problems?: readonly string[] | number | undefined;
  /** The checks before a backup, as the result of `check`. */
  readonly items?: readonly CheckItem[] | undefined;
  readonly warnings?: CheckResult['warnings'] | undefined;
  readonly facts?: CheckResult['facts'] | undefined;
  /** What a restore would meet, as in its plan. */
  readonly findings?: RestorePlan['findings'] | undefined;
  /** The signal that cancelled the command. */
  readonly signal?: string | undefined;
  /** What the server said to a statement: its SQLSTATE and its words. */
  readonly sqlState?: string | undefined;
  readonly message?: string | undefined;
}

export interface DocumentOf<C extends CommandName> {
  readonly command: C;
  readonly exit: number;
  /** `host:port` of the server that the command connects to. */
  readonly server?: string | undefined;
  /** The databases that the settings name. */
  readonly databases?: readonly string[] | undefined;
  /** Where the page of all backups is published; summaries link to it. */
  readonly page?: string | undefined;
  /** With metrics: the newest usable backup of each name in each repository, also after a failed command. */
  readonly newest?: readonly NewestBackupOf[] | undefined;
  /** May be there with an error as well. */
  readonly result?: ResultOf<C> | undefined;
  readonly details?: ErrorDetails | undefined;
  readonly error?: ErrorText | undefined;
}

/** What a command reports; the command decides the type of its result. `--json` and `--result-file` write it (documentJson). */
export type CommandDocument = { [C in CommandName]: DocumentOf<C> }[CommandName];

/** How a command ended. */
export interface CommandEnd {
  readonly document: CommandDocument;
  /** The result for people, '' for none. It may hold any character, so hosts must escape it. */
  readonly text: string;
}

/** One CI system. A new kind of event does not compile until each host shows it. */
export interface Host {
  readonly emit: Emit;
  /** Shows how the command ended; returns the exit status for the host, where 99 (skipped) may be a success. */
  finish(end: CommandEnd): Promise<number>;
  /** Runs package managers and version probes; undefined: our own runner does. */
  readonly run?: RunProgram;
}

/** What a host may use. */
export interface HostServices {
  /** Writes to standard output: log lines and commands for the host, in their order. */
  readonly write: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The words of this host; texts of events and of CommandEnd have them already. */
  readonly wording: Wording;
  /** Whether `detail` events are shown. */
  readonly verbose: boolean;
  /** Milliseconds of a monotonic clock. */
  readonly elapsed: () => number;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
}
