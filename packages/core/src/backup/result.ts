import type { CatalogTable, Commit, Totals } from '@postgres-backuper/format';
import type { Destination } from '@postgres-backuper/repository';
import type { DumpedDatabase } from './dump-snapshot.ts';
import type { MissingData } from './left-out.ts';
import type { Rotation } from './rotate.ts';

/** How one repository fared. */
export interface DestinationResult extends Rotation {
  readonly location: string;
  readonly committed: boolean;
  /** Why it was not committed. */
  readonly problem: string | null;
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
  /** `host:port` */
  readonly server: string;
  readonly serverVersion: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationMs: number;
  readonly encryption: Commit['encryption'];
  readonly totals: Totals;
  /** How far it was proven, wherever it is committed. */
  readonly verification: 'stored' | 'content' | 'restore';
  /** What pg_dump and the validation warned of. */
  readonly warnings: readonly string[];
  /** What is not in it: options of the user's, and names of what they mean. */
  readonly exclusions: readonly string[];
  /** Tables and sequences whose content is not in it though nobody asked for that. */
  readonly missingData: readonly MissingData[];
  /** At most ten, largest first. */
  readonly largestTables: readonly TableSize[];
  readonly destinations: readonly DestinationResult[];
}

export function describeBackup(made: {
  readonly commit: Commit;
  readonly server: string;
  readonly dumped: DumpedDatabase;
  readonly warnings: readonly string[];
  readonly durationMs: number;
  readonly destinations: readonly Destination[];
  readonly rotations: readonly Rotation[];
}): BackupResult {
  const { commit, server, warnings, durationMs } = made;
  const { label, name, serverVersion, startedAt, finishedAt, encryption, totals } = commit;
  return {
    ...{ label, name, database: commit.database.name, server, serverVersion, startedAt, finishedAt, durationMs },
    ...{ encryption, totals, verification: 'stored' as const, warnings },
    exclusions: made.dumped.exclusions,
    missingData: made.dumped.missing,
    largestTables: largestTables(made.dumped.contents.tables),
    destinations: made.destinations.map(({ storage, failure }, index) => ({
      location: storage.location,
      committed: failure === undefined,
      problem: failure?.message ?? null,
      ...(made.rotations[index] as Rotation),
    })),
  };
}

function largestTables(tables: readonly CatalogTable[]): TableSize[] {
  const bySize = [...tables].sort((a, b) => b.bytes - a.bytes).slice(0, 10);
  return bySize.map(({ schema, table, rows, bytes }) => ({ schema, table, rows, bytes }));
}
