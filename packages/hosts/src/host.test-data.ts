import type { CommandName, Environment } from '@postgres-backuper/options';
import type { HostName } from './hosts.ts';

/** What the tests must know of a host. `NAME/NAME.test-data.ts` exports it as `data`; NAME is that of its row. */
export interface HostTestData {
  /** Variables of jobs, and the host that is found by them. */
  readonly found: readonly (readonly [Environment, HostName])[];
  /** Variables of a job, a directory, and why it is lost; undefined: it stays. */
  readonly lost: readonly (readonly [Environment, string, RegExp | undefined])[];
  /** Variables of a job, and its page. */
  readonly jobs: readonly (readonly [Environment, string | undefined])[];
  /** The ways in which its users start a command. */
  readonly surfaces: Readonly<Record<string, HostSurface>>;
  /** The generated files that show an option of `backup` and `status`. */
  readonly optionFiles: readonly string[];
  /** The files of its folder that hold names of options as they are written there, each with a reason. */
  readonly rawNames: Readonly<Record<string, string>>;
}

/** One way to start a command. */
export interface HostSurface {
  /** The variables that it sets. */
  readonly environment: Environment;
  /** Those that can be started so. Default: all. */
  readonly commands?: readonly CommandName[];
  /** Its users write flags. */
  readonly hasFlags?: true;
  readonly says: {
    /** The options `into`, `noOwner`, `encryption` = none and `privateKey`. */
    readonly options: string;
    /** The commands `setup-client` with `clientVersion` = 17, and `keygen`. */
    readonly commands: string;
    /** A language, and a part of the text that restores a backup. */
    readonly example: readonly [language: string, text: string];
  };
}
