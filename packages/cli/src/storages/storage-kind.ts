import type { Clock } from '@postgres-backuper/base';
import type { CommandsThatNeed, Environment, SettingsOf } from '@postgres-backuper/options';
import type { Storage } from '@postgres-backuper/repository';

export interface OpenRequest {
  /** As the user wrote it. */
  readonly location: string;
  readonly settings: SettingsOf<CommandsThatNeed<'repository'>>;
  readonly environment: Environment;
  readonly clock: Clock;
}

/** Where files of the original scripts may lie. */
export interface OldFolders {
  /** A location of this kind, whose keys begin with `folders`. */
  readonly location: string;
  /** What stands in front of a key where `restore` takes it. */
  readonly address: string;
  readonly folders: readonly string[];
}

/** A file of the original scripts by itself. */
export interface OldFile {
  /** A location of this kind. */
  readonly location: string;
  readonly key: string;
}

/** One kind of repository: all that the command line knows of it. */
export interface StorageKind {
  /** How a location is written, for texts, e.g. `s3://bucket/prefix`. */
  readonly example: string;
  /** Whether each call ends by itself, however slow the storage is. */
  readonly endsByItself: boolean;
  /** What is wrong with a location: a phrase that fits behind where it was given. */
  problem(location: string, environment: Environment): string | undefined;
  /** Why what is stored there does not outlive the job: a sentence and what to do. Undefined: as far as is known, it does. */
  loss?(location: string, environment: Environment): string | undefined;
  /** Contacts nothing; loads what it needs at its first use. Errors: configuration-invalid, those of reading keys. */
  open(request: OpenRequest): Promise<Storage>;
  oldFolders(location: string): OldFolders;
  /** Undefined: it is a path. Errors: configuration-invalid. */
  oldFile(text: string): OldFile | undefined;
}
