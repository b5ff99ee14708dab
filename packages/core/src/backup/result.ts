import type { CatalogTable } from '../format/catalog.ts';
import type { Totals } from '../format/commit.ts';

/** How one repository fared. */
export interface DestinationResult {
  readonly location: string;
  readonly committed: boolean;
  /** Why not, or what a rotation refused. */
  readonly problem: string | null;
  /** Labels that the rotation deleted, oldest first. */
  readonly deleted: readonly string[];
}

export interface TableSize {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
}

export interface BackupResult {
  readonly label: string;
  readonly name: string;
  readonly database: string;
  readonly serverVersion: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationMs: number;
  readonly encryption: {
    readonly profile: 'openpgp' | 'none';
    readonly recipients: readonly string[];
    readonly passphrase: boolean;
  };
  readonly totals: Totals;
  readonly warnings: readonly string[];
  readonly exclusions: readonly string[];
  /** At most ten, largest first. */
  readonly largestTables: readonly TableSize[];
  /** What was proven at the end: `stored` always. */
  readonly verified: 'stored' | 'content' | 'restore';
  readonly destinations: readonly DestinationResult[];
}

export function largestTables(tables: readonly CatalogTable[]): TableSize[] {
  const bySize = [...tables].sort((a, b) => b.bytes - a.bytes).slice(0, 10);
  return bySize.map(({ schema, table, rows, bytes }) => ({ schema, table, rows, bytes }));
}
