import type { Emit, RunProgram } from '@postgres-backuper/base';
import type { CommandName } from '@postgres-backuper/options';
import type { Wording } from './wording.ts';

export interface NewestBackupOf {
  readonly name: string;
  readonly location: string;
  readonly label: string;
  /** ISO 8601: its snapshot. */
  readonly startedAt: string;
}

/** The JSON document of a command: what `--json` and `--result-file` write. */
export interface CommandDocument {
  readonly command: CommandName;
  readonly exit: number;
  /** `host:port` of the server that the command connects to. */
  readonly server?: string;
  /** Those that the settings name. */
  readonly databases?: readonly string[];
  /** Where metrics are asked for: the newest usable backup of each name in each repository, whatever became of the command. */
  readonly newest?: readonly NewestBackupOf[];
  /** That of the command; also beside an error, when there is something to tell. */
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string; readonly hint?: string };
}

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
