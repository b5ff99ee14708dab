import type { Catalog } from '@postgres-backuper/format';
import type { RoleMap } from '@postgres-backuper/postgres';
import type { LeaveOut } from './entry-rules.ts';
import { restoringName } from './replaced-names.ts';
import type { ObjectSelection } from './select-objects.ts';
import type { FindingKind } from './target/finding.ts';

export interface TargetRequest extends LeaveOut {
  /** Name of the new database. */
  readonly database: string;
  /** It exists: an interrupted restore is continued. */
  readonly resume?: boolean;
  /**
   * The database exists and must hold no user object: it is neither created nor dropped. All is asked in it, since the
   * role may have no other one. Default: false.
   */
  readonly given?: boolean;
  /** A database that the new one takes the place of, once it is whole. */
  readonly replaces?: Replaced | undefined;
  /** Databases to connect to before the new one exists; the first that can be reached is used. */
  readonly maintenanceDatabases: readonly string[];
  readonly owner: boolean;
  readonly privileges: boolean;
  /** False leaves out policies and user mappings, which cannot be created without their roles. */
  readonly policies: boolean;
  /** False: everything is in the server's default tablespace. */
  readonly tablespaces: boolean;
  /** False leaves out subscriptions and publications. Default: true. */
  readonly replication?: boolean;
  /** Only these objects. Default: everything. */
  readonly selection?: ObjectSelection | undefined;
  /** Roles of the backup that others take the place of. Default: none. */
  readonly roleMap?: RoleMap;
  /** Names in `roleMap` that the backup does not have. */
  readonly unknownRoles?: readonly string[];
  /** Creates the roles that the server lacks: without password and login, or with what they had. Default: it does not. */
  readonly createRoles?: 'no-login' | 'with-passwords' | undefined;
  /** What blocks others is only missing: its objects get their verdicts. Default: nothing. */
  readonly tolerates?: readonly FindingKind[];
  /** Restores to a server that is older than that of the backup, with what that knows. Default: it is refused. */
  readonly toOlder?: boolean;
  /** Sessions that load data; for the check of free connections. */
  readonly jobs?: number;
}

export interface Replaced {
  readonly name: string;
  /** Others may be using it. */
  readonly disconnect: boolean;
  /** It is dropped afterwards. */
  readonly dropOld: boolean;
}

/** Where a restore goes. */
export interface Destination {
  /** Name of a new database; without it the original's. */
  readonly into?: string | undefined;
  /** Name of a database that exists and holds no user object. */
  readonly intoEmpty?: string | undefined;
  /** Name of a database that exists, and that the new one takes the place of. */
  readonly replace?: string | undefined;
  /** Ends sessions of others on that database at the moment of the exchange. Default: they make it fail. */
  readonly disconnect?: boolean;
  /** Drops the replaced database once the new one has its name. Default: it is kept. */
  readonly dropOld?: boolean;
  /** Tried in order for the connection that creates the database. */
  readonly maintenanceDatabases: readonly string[];
}

/** A database that is to replace another one has a name of its own until then. */
export function destinationOf(
  { into, intoEmpty, replace, disconnect = false, dropOld = false, maintenanceDatabases }: Destination,
  { label, database: { name: original } }: Pick<Catalog, 'label' | 'database'>,
): Pick<TargetRequest, 'database' | 'given' | 'replaces' | 'maintenanceDatabases'> {
  if (replace !== undefined) {
    const others = maintenanceDatabases.filter((name) => name !== replace);
    const replaces = { name: replace, disconnect, dropOld };
    return { database: restoringName(replace, label), given: false, replaces, maintenanceDatabases: others };
  }
  if (intoEmpty === undefined) return { database: into ?? original, given: false, maintenanceDatabases };
  return { database: intoEmpty, given: true, maintenanceDatabases: [intoEmpty] };
}
