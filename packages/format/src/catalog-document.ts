import type { BackupFacts } from './commit.ts';
import type { Extents } from './extents.ts';

/** The contents of a backup. JSON, zstd, encrypted like a segment; one array member per line. */
export interface Catalog {
  readonly version: 1;
  readonly name: string;
  readonly label: string;
  /** As in the commit, which anyone who can write to the storage can replace. */
  readonly backup: BackupFacts;
  /** The old file that it was made of; absent: it is of the database itself. */
  readonly origin?: CatalogOrigin;
  readonly dump: {
    /** Encoding of the dump, which is the database's: `UTF8`, `LATIN1`, … */
    readonly encoding: string;
    readonly pgDumpVersion: string;
    readonly serverVersion: string;
    /** Text of `pg_restore --list`. */
    readonly list: string;
    /** Of the database in which roles were read: `LATIN1` means that their names are stored so in the cluster. */
    readonly clusterEncoding: string;
  };
  readonly database: DatabaseProperties;
  readonly files: readonly CatalogFile[];
  readonly tables: readonly CatalogTable[];
  readonly extensions: readonly { readonly name: string; readonly version: string }[];
  readonly roles: readonly CatalogRole[];
  /** Settings of the server that are not its defaults; absent: an older version, an imported backup, or without globals. */
  readonly serverSettings?: readonly ServerSetting[] | undefined;
  /** Rules of pg_hba.conf; absent: not read, or not readable. */
  readonly hbaRules?: readonly HbaRule[] | undefined;
  readonly warnings: readonly string[];
  /** What was left out and why. */
  readonly exclusions: readonly string[];
}

/** A row of pg_settings. Nothing restores it. */
export interface ServerSetting {
  readonly name: string;
  /** With its unit; null: held back, because it may hold a secret. */
  readonly value: string | null;
  /** In the words of pg_settings: `configuration file`, `command line`, …; null: the session of the backup hid it. */
  readonly source: string | null;
  /** Null: not from a file, or the role may not read which. */
  readonly file: string | null;
}

/** A row of pg_hba_file_rules. Nothing restores it. */
export interface HbaRule {
  readonly type: string;
  readonly databases: readonly string[];
  readonly users: readonly string[];
  readonly address: string | null;
  readonly netmask: string | null;
  readonly method: string;
  /** `name=value`; `name=`: the value is held back, because it may be a secret. */
  readonly options: readonly string[];
}

/** An old file, as it was imported. */
export interface CatalogOrigin {
  /** Its name without its folder. */
  readonly file: string;
  readonly sizeBytes: number;
  /** Of a directory: of the lines that `sha256sum *` prints in it. */
  readonly sha256: string;
  /** Of the server that it is a dump of; null: the file does not say. */
  readonly serverVersion: string | null;
}

/** Why a database refers to a role: it owns something, has privileges, or is named in a policy or user mapping. */
export type RoleUse = 'owner' | 'privileges' | 'policy' | 'user-mapping';

export interface CatalogRole {
  readonly name: string;
  readonly uses: readonly RoleUse[];
}

/** A file of the pg_dump directory, or large-objects.dump, or globals.sql. */
export type CatalogFile = StoredFile | SlicedFile;

/** A file that was read by one job. */
export interface StoredFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** In order of their offsets in the file; concatenated they are the whole file. */
  readonly extents: Extents;
}

/** A table's data file that several jobs read, each some blocks of the table. */
export interface SlicedFile {
  readonly name: string;
  /** The sum of its slices. */
  readonly sizeBytes: number;
  /** At least two; concatenated they are the whole file. */
  readonly slices: readonly FileSlice[];
}

export type FileSlice = Omit<StoredFile, 'name'>;

/**
 * Where bytes of a file are: [segment number, offset in the segment's tar, length]. A fourth member says that the segment
 * is one of the parent: only in a differential, whose extents may be parts of pieces.
 */
export type Extent =
  | readonly [segment: number, offset: number, length: number]
  | readonly [segment: number, offset: number, length: number, inParent: 1];

export type CatalogTable = TableFacts & (WholeRows | SlicedRows);

export interface WholeRows {
  /** SHA-256 of the COPY stream, without the terminator. */
  readonly sha256: string;
}

export interface SlicedRows {
  /** Of a table whose file has as many; concatenated they are the COPY stream. */
  readonly slices: readonly RowsSlice[];
}

/** A part of a COPY stream that has a digest of its own. */
export interface RowsSlice {
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

interface TableFacts {
  readonly schema: string;
  readonly table: string;
  readonly dumpId: number;
  /** Name of the data file, `<dumpId>.dat`. */
  readonly file: string;
  /** As in the archive: `COPY s.t (a, b) FROM stdin;`. The data go into the table that it names. */
  readonly copyStatement: string;
  readonly rows: number;
  /** Bytes of the COPY stream, without the terminator. */
  readonly bytes: number;
  /** `truncate`: loaded by one session after TRUNCATE; `in-order`: no TABLE entry (extension), loaded one after another; `root`: through a partition root. */
  readonly load: 'truncate' | 'in-order' | 'root';
}

/** Parameters of CREATE DATABASE and ALTER DATABASE, applied to the new database, never to the original. */
export interface DatabaseProperties {
  readonly name: string;
  readonly owner: string;
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  readonly localeProvider: 'libc' | 'icu' | 'builtin';
  readonly locale: string | null;
  readonly icuRules: string | null;
  readonly tablespace: string;
  /** -1: no limit. */
  readonly connectionLimit: number;
  readonly isTemplate: boolean;
  readonly comment: string | null;
  readonly securityLabels: readonly { readonly provider: string; readonly label: string }[];
  /** aclitem texts, null: default privileges. */
  readonly acl: readonly string[] | null;
  /** ALTER DATABASE SET / ALTER ROLE IN DATABASE SET; role null: everybody. `name=value` each. */
  readonly settings: readonly { readonly role: string | null; readonly values: readonly string[] }[];
}
