import type { Clock } from '@postgres-backuper/base';
import type { CommandsThatNeed, Environment, SettingsOf } from '@postgres-backuper/options';
import type { Remark, Storage } from '@postgres-backuper/repository';
import type { BucketSetup } from '@postgres-backuper/storage-s3';

export interface OpenRequest {
  /** As the user wrote it. */
  readonly location: string;
  readonly settings: SettingsOf<CommandsThatNeed<'repository'>>;
  readonly environment: Environment;
  readonly clock: Clock;
  /** Takes what is worth a warning although the place is used; unset: nobody asks. */
  readonly warn?: ((remark: Remark) => void) | undefined;
}

/** Where old files may be. */
export interface OldFolders {
  /** A location of this kind; keys in it begin with one of `folders`. */
  readonly location: string;
  /** The text before a key in the argument of `restore`. */
  readonly address: string;
  readonly folders: readonly string[];
}

/** A single old file. */
export interface OldFile {
  /** A location of this kind. */
  readonly location: string;
  readonly key: string;
}

/** One kind of storage: everything that the command line needs from it. */
export interface StorageKind {
  /** Whether each call ends by itself, even if the storage is slow. */
  readonly endsByItself: boolean;
  /** The problem of a location: a phrase that follows its origin. */
  problem(location: string, environment: Environment): string | undefined;
  /** Why objects there are lost when the job ends: a sentence and what to do. Undefined: no loss is known. */
  loss?(location: string, environment: Environment): string | undefined;
  /** Contacts nothing; loads what it needs at its first use. Errors: configuration-invalid, those of reading keys. */
  open(request: OpenRequest): Promise<Storage>;
  /** What is set up once for a bucket; only buckets have it. Contacts nothing. Errors: as `open`. */
  bucketSetup?(request: OpenRequest): Promise<BucketSetup>;
  oldFolders(location: string): OldFolders;
  /** Undefined: the text is a path. Errors: configuration-invalid. */
  oldFile(text: string): OldFile | undefined;
}
