import type { CatalogOrigin, DatabaseIdentity } from '@postgres-backuper/format';

/** The old file that a database was loaded from. */
export interface ImportedFrom {
  /** When the file was made, milliseconds since 1970: the backup is as old. */
  readonly startedAt: number;
  readonly origin: CatalogOrigin;
}

/** The server that a file was loaded into says nothing about the server of the original. */
export function ofNoServer({ oid, name }: DatabaseIdentity): DatabaseIdentity {
  return { systemIdentifier: null, oid, name, host: 'imported' };
}
