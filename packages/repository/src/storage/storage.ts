/** One object as a listing shows it. */
export interface StoredObject {
  /** '/'-separated, relative to the repository. */
  readonly key: string;
  readonly sizeBytes: number;
  /** When it was stored, by the storage's own clock: milliseconds since 1970 UTC. */
  readonly storedAt: number;
  /** Hexadecimal MD5 of the content, if the listing has it. */
  readonly md5?: string;
  /**
   * An opaque text that changes when other bytes are stored under the key, even by another program or with an older
   * time. Unset if the listing cannot detect that: such an object must not be cached.
   */
  readonly identity?: string;
  /**
   * Why it cannot be read, e.g. `is a symbolic link`: it is not an object and has no size. `get` fails with
   * storage-unsafe; `remove` removes it, but not the target of the link.
   */
  readonly unreadable?: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface GetOptions extends CallOptions {
  readonly maxBytes: number;
  /** True: from the storage itself, never from a cache. */
  readonly fresh?: boolean;
}

export interface PutOptions extends CallOptions {
  /** Hexadecimal MD5 of the body, if the caller knows it already. */
  readonly md5?: string;
  /** Hexadecimal SHA-256 of the body, if the caller knows it already. */
  readonly sha256?: string;
}

/** A sentence in lower case, and what to do. */
export interface Remark {
  readonly text: string;
  /** Unset: a fact, nothing to do. */
  readonly hint?: string;
}

/**
 * The place of a repository. Keys hold `[A-Za-z0-9._=/-]` only, are '/'-separated and never start with '/'.
 * Every backend and every wrapper passes the contract suite in packages/testing.
 *
 * Errors of every method: storage-unreachable, storage-unavailable (both: try again), storage-denied,
 * storage-credentials, storage-host-key, storage-clock, storage-tls, storage-unsafe, storage-failed, bucket-missing.
 */
export interface Storage {
  /** For people, e.g. `s3://bucket/prefix` or `/var/backups`; never holds a secret. */
  readonly location: string;
  /** True if listings have the MD5 of each object, so that computing it is useful. */
  readonly listsMd5: boolean;
  /**
   * Creates an object; durable when it resolves. Never overwrites: `object-exists` only if the stored bytes differ
   * (to repeat a put that had succeeded is no error). Also: storage-full.
   */
  put(key: string, body: Uint8Array, options?: PutOptions): Promise<void>;
  /** The whole object. Errors: object-missing, object-too-large (more than `maxBytes`). */
  get(key: string, options: GetOptions): Promise<Uint8Array>;
  /**
   * Objects whose key starts with `prefix`, in byte order of the keys. `after`: only keys greater than it.
   * A server with real folders (SeaweedFS) orders by the path's components instead: the same if no folder's
   * name starts with its sibling's, as in `<name>/backups/`, `<name>/data/` and `<name>/records/`. It may also list an
   * emptied folder for a while.
   */
  list(prefix: string, options?: CallOptions & { readonly after?: string | undefined }): AsyncIterable<StoredObject>;
  /** Names of the immediate sub-folders of `prefix` ('' or ending in '/'), without the '/', in the order of their keys. */
  folders(prefix: string, options?: CallOptions): AsyncIterable<string>;
  /** Removes objects; a missing one is no error. */
  remove(keys: readonly string[], options?: CallOptions): Promise<void>;
  /** Free and total space, if the backend can report it; undefined if this server cannot. */
  usage?(): Promise<{ readonly freeBytes: number; readonly totalBytes: number } | undefined>;
  /** Warnings and facts about its settings, if the backend can report them and the role may read them. */
  remarks?(options?: CallOptions): Promise<readonly Remark[]>;
  /** Takes the rights of other users from files and folders that have any; returns how many had, if the backend has modes. */
  repairModes?(options?: CallOptions): Promise<number>;
}
