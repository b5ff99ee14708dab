import type { CommandName, Option, OptionName } from '@postgres-backuper/options';
import type { Host, HostServices } from './host.ts';
import type { Start, StartRequest } from './start.ts';
import type { Surface } from './surface.ts';

type Environment = HostServices['environment'];

/** One CI system. Its folder also holds `files.ts`, which exports `files: HostFiles`. */
export interface HostRow {
  /** Whether the variables that the system documents are set. */
  readonly detect: (environment: Environment) => boolean;
  /** Loads its log, only where it is needed. */
  readonly log: () => Promise<(services: HostServices) => Host>;
  /** Why a directory does not outlive the job, as a clause; undefined: as far as is known, it does. */
  readonly loses?: (directory: string, environment: Environment) => string | undefined;
  /** The page of the running job; undefined: unknown. */
  readonly job?: (environment: Environment) => string | undefined;
  /** The account that started the running job; undefined: unknown. */
  readonly user?: (environment: Environment) => string | undefined;
  /** A first backup there; undefined: only its page says how. */
  readonly start?: (request: StartRequest) => Start | Promise<Start>;
  /** The words of its files for options and commands; undefined: the job is a script with a command line. */
  readonly surface: (request: SurfaceRequest) => Surface | undefined;
}

export interface SurfaceRequest {
  readonly command: CommandName;
  readonly environment: Environment;
  /** Whether one of our files for the system started the command. */
  readonly isOurs: boolean;
}

/** The row of a host in the README's table of where the program runs. */
export interface ReadmeRow {
  readonly host: string;
  /** Its page, below `docs/hosts`. */
  readonly page: string;
  /** What the page has: the text of the link, in English and in Russian. */
  readonly has: { readonly en: string; readonly ru: string };
}

type OptionRows = readonly (readonly [OptionName, Option])[];

/**
 * The files of a host that a user copies or calls: their paths from the root of the source tree, and their texts.
 * `options`: the table of options; default: ours.
 */
export interface HostFiles {
  readonly readme: ReadmeRow;
  /** Those that are generated from the tables of options and commands. */
  readonly ofTables?: (options?: OptionRows) => Readonly<Record<string, string>>;
  /** Those that hold the program from the folder `dist`, or its sums. */
  readonly ofProgram?: (dist: string, options?: OptionRows) => Promise<Readonly<Record<string, string>>>;
}
