import type { Context } from '@postgres-backuper/base';
import type { Repository, Target } from '@postgres-backuper/repository';
import { type ComparedObject, compareObjects } from './diff/compare-objects.ts';
import {
  type ComparedExtension,
  type ComparedRole,
  compareDatabase,
  compareExtensions,
  compareRoles,
} from './diff/compare-properties.ts';
import { type ComparedTable, compareTables } from './diff/compare-tables.ts';
import { readBackupToc } from './restore/backup-toc.ts';
import type { OpenedBackup } from './restore/opened-backup.ts';
import { readingBackup } from './restore/reading-backup.ts';

/** One of the two backups, and where it is. */
export interface DiffSide {
  readonly name: string;
  readonly target: Target;
  readonly repository: Repository;
}

export interface DiffedBackup {
  readonly name: string;
  readonly label: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly database: string;
  readonly serverVersion: string;
  readonly pgDumpVersion: string;
}

export interface DiffResult {
  readonly before: DiffedBackup;
  readonly after: DiffedBackup;
  /** Whether anything below differs, or is `unknown`. */
  readonly differs: boolean;
  /** Every table, also those that are the same. */
  readonly tables: readonly ComparedTable[];
  /** Definitions that differ. */
  readonly objects: readonly ComparedObject[];
  readonly extensions: readonly ComparedExtension[];
  readonly roles: readonly ComparedRole[];
  /** Names of the properties of the database that differ. */
  readonly database: readonly string[];
}

/**
 * What differs between two backups, from their catalogs and tables of contents: no rows are read. Errors: those of
 * openBackup and readBackupToc.
 */
export async function diff(before: DiffSide, after: DiffSide, context: Context): Promise<DiffResult> {
  const old = await readSide(before, context);
  return compare(old, await readSide(after, context));
}

type Side = Awaited<ReturnType<typeof readSide>>;

async function readSide({ repository, ...request }: DiffSide, context: Context) {
  const use = async (backup: OpenedBackup) => {
    const { catalog } = backup;
    return { catalog, toc: { toc: await readBackupToc(backup, context.signal), encoding: catalog.dump.encoding } };
  };
  return readingBackup(request, { repository, use }, context);
}

function compare(before: Side, after: Side): DiffResult {
  const catalogs = [before.catalog, after.catalog] as const;
  const tables = compareTables(...catalogs);
  const objects = compareObjects(before.toc, after.toc);
  const extensions = compareExtensions(...catalogs);
  const roles = compareRoles(...catalogs);
  const database = compareDatabase(...catalogs);
  const others = [objects, extensions, roles, database];
  const differs = tables.some(({ change }) => change !== 'same') || others.some((list) => list.length > 0);
  return {
    ...{ before: describe(before), after: describe(after), differs },
    ...{ tables, objects, extensions, roles, database },
  };
}

function describe({ catalog }: Side): DiffedBackup {
  const { name, label, backup, dump, database } = catalog;
  const { serverVersion, pgDumpVersion } = dump;
  return { name, label, startedAt: backup.startedAt, database: database.name, serverVersion, pgDumpVersion };
}
