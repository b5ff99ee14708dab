import type { PassedOver } from '@postgres-backuper/repository';
import type { Assertion } from './assert-database.ts';
import type { LoadedTable } from './load-table.ts';
import type { NotLoaded, NotRestored } from './not-restored.ts';
import type { RestoredPart } from './parts/sharing.ts';

export interface RestoredTable {
  readonly schema: string;
  readonly table: string;
  /** Counted by the server; always equal to `expectedRows`. */
  readonly rows: number;
  readonly expectedRows: number;
  readonly bytes: number;
  /** The bytes that were sent have the SHA-256 of the backup, and the server counted its rows. */
  readonly proof: 'counted';
}

export interface RestoreResult {
  readonly label: string;
  /** The database that has the backup now. */
  readonly database: string;
  readonly tables: readonly RestoredTable[];
  readonly durationMs: number;
  /** Whether the commit's origin was checked with a signer key. */
  readonly originChecked: boolean;
  /** Newer backups that do not count, newest first; empty where a label was given. */
  readonly passedOver: readonly PassedOver[];
  /** Roles that were created for it, on request. */
  readonly createdRoles: readonly string[];
  /** What the new database lacks because it was requested so, or the server does not know it: sentences. */
  readonly leftOut: readonly string[];
  /** Names of the files that changed the rows. */
  readonly transformed: readonly string[];
  /** What the user asserts about the rows; empty where rows are missing. */
  readonly assertions: readonly Assertion[];
  /** Objects that are not there as they were, each with the reason. */
  readonly objects: readonly NotRestored[];
  /** New name of the database that it replaced; undefined if it replaced none. */
  readonly replaced?: string;
  /** Whether that was dropped afterwards, on request. */
  readonly oldDropped?: boolean;
  /** Rows came into tables that existed: beside those that were there, or in their place. Undefined: a whole database. */
  readonly rows?: 'appended' | 'replaced';
  /** New schema that the tables are in, in a database that existed. Undefined: they are where they were. */
  readonly intoSchema?: string;
  /** What each of several jobs did. Undefined: this job did all. */
  readonly parts?: readonly RestoredPart[];
  /** Tables without their rows, each with the reason. */
  readonly notLoaded: readonly NotLoaded[];
  /** Of the statements of `objects`, as PostgreSQL names it. */
  readonly encoding: string;
  /** Whether string constants in them are to be read with standard_conforming_strings. */
  readonly standardStrings: boolean;
}

/** In the order of their names. */
export function restoredTables(loaded: readonly LoadedTable[]): readonly RestoredTable[] {
  return loaded.map(({ table, rows }) => describe(table, rows)).sort(byName);
}

function describe(
  table: { readonly schema: string; readonly table: string; readonly rows: number; readonly bytes: number },
  rows: number,
): RestoredTable {
  const { schema, bytes } = table;
  return { schema, table: table.table, rows, expectedRows: table.rows, bytes, proof: 'counted' };
}

/** An order for tables. */
export function byName(a: NamedTable, b: NamedTable): number {
  return a.schema < b.schema || (a.schema === b.schema && a.table < b.table) ? -1 : 1;
}

type NamedTable = Pick<RestoredTable, 'schema' | 'table'>;
