/** One object as a listing shows it. */
export interface StoredObject {
  /** '/'-separated, relative to the repository. */
  readonly key: string;
  readonly sizeBytes: number;
  /** When it was stored, by the storage's own clock: milliseconds since 1970 UTC. */
  readonly storedAt: number;
  /** Hexadecimal MD5 of the content, where the listing tells it. */
  readonly md5?: string;
  /**
   * A text without meaning that is another one as soon as other bytes were stored under the key, whoever stored them and
   * with whatever time. Absent where the listing cannot tell that: such an object must not be cached.
   */
  readonly identity?: string;
  /**
   * Why it cannot be read, e.g. `is a symbolic link`: what lies in its place is no object, and has no size. To get it is
   * storage-unsafe, to remove it removes what lies there and nothing that it leads to.
   */
  readonly unreadable?: string;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface GetOptions extends CallOptions {
  readonly maxBytes: number;
  /** True: from the storage itself, never from a cache on the way. */
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
  readonly hint: string;
}

/**
 * Where a repository lies. Keys hold `[A-Za-z0-9._=/-]` only, are '/'-separated and never start with '/'.
 * Every backend and every wrapper passes the contract suite in packages/testing.
 *
 * Errors of every method: storage-unreachable, storage-unavailable (both: try again), storage-denied,
 * storage-credentials, storage-host-key, storage-clock, storage-tls, storage-unsafe, storage-failed, bucket-missing.
 */
export interface Storage {
  /** For people, e.g. `s3://bucket/prefix` or `/var/backups`; never holds a secret. */
  readonly location: string;
  /** True where listings tell the MD5 of each object, so that it is worth computing. */
  readonly listsMd5: boolean;
  /**
   * Creates an object; durable when it resolves. Never overwrites: `object-exists` only if the stored bytes differ
   * (a repeated put whose first try had won is no error). Also: storage-full.
   */
  put(key: string, body: Uint8Array, options?: PutOptions): Promise<void>;
  /** The whole object. Errors: object-missing, object-too-large (more than `maxBytes`). */
  get(key: string, options: GetOptions): Promise<Uint8Array>;
  /**
   * Objects whose key starts with `prefix`, in byte order of the keys. `after`: only keys greater than it.
   * A server that keeps folders as such (SeaweedFS) orders by the path's components instead: the same wherever no
   * folder's name starts with its sibling's, as in `<name>/backups/`, `<name>/data/` and `<name>/records/`. It may also
   * show an emptied folder for a while.
   */
  list(prefix: string, options?: CallOptions & { readonly after?: string | undefined }): AsyncIterable<StoredObject>;
  /** Names of the immediate sub-folders of `prefix` ('' or ending in '/'), without the '/', in the order of their keys. */
  folders(prefix: string, options?: CallOptions): AsyncIterable<string>;
  /** Removes objects; a missing one is no error. */
  remove(keys: readonly string[], options?: CallOptions): Promise<void>;
  /** Free and total space, where the backend can tell; undefined where this server cannot. */
  usage?(): Promise<{ readonly freeBytes: number; readonly totalBytes: number } | undefined>;
  /** What its owner should know about how it is set up, where the backend can tell and the role may ask. */
  remarks?(options?: CallOptions): Promise<readonly Remark[]>;
}
