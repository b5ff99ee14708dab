/** The small public record that makes a backup exist. Stored last; no table name, no data, no digest of plaintext. */
export interface Commit {
  readonly version: 1;
  readonly tool: string;
  readonly name: string;
  readonly label: string;
  readonly type: 'full';
  readonly parent: null;
  readonly database: DatabaseIdentity;
  readonly serverVersion: string;
  readonly clientVersion: string;
  /** ISO 8601, UTC. The snapshot was taken just after it. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly encryption: {
    readonly profile: 'openpgp' | 'none';
    /** Fingerprints; empty with `none` and in passphrase mode. */
    readonly recipients: readonly string[];
    readonly passphrase: boolean;
  };
  readonly totals: Totals;
  readonly warnings: number;
  readonly exclusions: number;
  /** Of the stored objects.json.zst, which covers every other object. */
  readonly objects: { readonly sizeBytes: number; readonly sha256: string };
}

/** Which database on which cluster. `systemIdentifier` is null where the role may not read it. */
export interface DatabaseIdentity {
  readonly systemIdentifier: string | null;
  readonly oid: string;
  readonly name: string;
  readonly host: string;
}

export interface Totals {
  readonly rawBytes: number;
  readonly storedBytes: number;
  readonly segments: number;
  readonly tables: number;
  readonly rows: number;
}
