import type { CatalogTable, Commit, Totals } from '@postgres-backuper/format';
import type { Destination } from '@postgres-backuper/repository';
import type { DumpedDatabase, UsedCompression } from './dump-snapshot.ts';
import type { MissingData } from './left-out.ts';
import type { StoredPart } from './parts/holder-parts.ts';
import type { Rotation } from './rotate.ts';
import { type Saving, savingOf } from './saving.ts';

/** The outcome in one repository. */
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
  /** `host:port`; of an imported backup the name of the old file. */
  readonly server: string;
  readonly serverVersion: string;
  /** Made of an old file. */
  readonly imported: boolean;
  readonly type: Commit['type'];
  /** Label of the full on which a differential stands; null: it is a full. */
  readonly parent: string | null;
  /** Why it is a full although a differential was asked for; else null. */
  readonly whyFull: string | null;
  readonly note: string | null;
  /** Its own expiry; null: the rules of retention decide. */
  readonly expiresAt: string | null;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationMs: number;
  /** How long the replay of the standby was paused for it; null: not by this run. */
  readonly replayPausedMs: number | null;
  readonly encryption: Commit['encryption'];
  readonly totals: Totals;
  /** How this run compressed its segments; of a backup in parts, not those of other jobs. */
  readonly compression: UsedCompression;
  /** Of a differential; null: it is a full. */
  readonly saving: Saving | null;
  /** The level to which it was verified in each repository where it is committed. */
  readonly verification: 'stored' | 'content' | 'restore';
  /** Warnings of pg_dump and of the validation. */
  readonly warnings: readonly string[];
  /** What is not in it: the options of the user, and the names that they match. */
  readonly exclusions: readonly string[];
  /** Tables and sequences whose content is missing without having been excluded. */
  readonly missingData: readonly MissingData[];
  /** The parts that several jobs read; empty: one job read the whole database. */
  readonly parts: readonly StoredPart[];
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
  readonly parts: readonly StoredPart[];
  readonly destinations: readonly Destination[];
  readonly rotations: readonly Rotation[];
  /** Of a full: whether a differential was asked for. */
  readonly incremental: boolean;
}): BackupResult {
  const { commit, server, warnings, durationMs } = made;
  const { label, name, serverVersion, startedAt, finishedAt, encryption, totals, type, parent } = commit;
  const { note = null, expiresAt = null } = commit;
  const { role } = made.dumped;
  return {
    ...{ label, name, database: commit.database.name, server, serverVersion, startedAt, finishedAt, durationMs },
    ...{ imported: commit.imported === true, type, parent, note, expiresAt },
    whyFull: made.incremental && role?.type === 'full' ? role.why : null,
    compression: made.dumped.compression,
    ...{ encryption, totals, saving: savingOf(made.dumped), verification: 'stored' as const, warnings },
    replayPausedMs: made.dumped.replayPausedMs ?? null,
    exclusions: made.dumped.exclusions,
    missingData: made.dumped.missing,
    parts: [...made.parts].sort((a, b) => a.part - b.part),
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
