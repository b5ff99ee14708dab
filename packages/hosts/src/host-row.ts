import type { CommandName } from '@postgres-backuper/options';
import type { Host, HostServices } from './host.ts';
import type { Surface } from './surface.ts';

type Environment = HostServices['environment'];

/** One CI system. Its folder also holds `files.ts`, which exports `files: HostFiles`. */
export interface HostRow {
  /** By what the system documents as its sign. */
  readonly detect: (environment: Environment) => boolean;
  /** Its log. Loaded when it is needed: a terminal pays for none of them. */
  readonly log: () => Promise<(services: HostServices) => Host>;
  /** Why a directory does not outlive the job, as a clause; undefined: as far as is known, it does. */
  readonly loses?: (directory: string, environment: Environment) => string | undefined;
  /** How its own files name things; undefined: the job is a script with a command line. */
  readonly surface: (request: SurfaceRequest) => Surface | undefined;
}

export interface SurfaceRequest {
  readonly command: CommandName;
  readonly environment: Environment;
  /** Whether a file of ours that says so started the command. */
  readonly isOurs: boolean;
}

/** The files of a host that a user copies or calls: paths from the root of the repository, and texts. */
export interface HostFiles {
  /** Those that the tables of options and commands make. */
  readonly ofTables?: () => Readonly<Record<string, string>>;
  /** Those that hold the program in the folder `dist`, or its sums. */
  readonly ofProgram?: (dist: string) => Promise<Readonly<Record<string, string>>>;
}
