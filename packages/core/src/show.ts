import type { Context } from '@postgres-backuper/base';
import {
  type Catalog,
  type CatalogOrigin,
  type CatalogRole,
  type Commit,
  type DatabaseProperties,
  factsOf,
  type HbaRule,
  type ServerSetting,
  type Totals,
} from '@postgres-backuper/format';
import { LARGE_OBJECTS_FILE } from '@postgres-backuper/postgres';
import type { PassedOver, Repository, Target } from '@postgres-backuper/repository';
import type { OpenedBackup } from './restore/opened-backup.ts';
import { readingBackup } from './restore/reading-backup.ts';
import { readableText } from './restore/table-names.ts';
import { chooseShown } from './show/choose-shown.ts';
import { describeTables, type ShownTable } from './show/describe-tables.ts';
import { storedBytesOf } from './show/stored-bytes.ts';

export interface ShowRequest {
  readonly name: string;
  readonly target: Target;
  /** Only tables that match one of these patterns of psql; empty: all. */
  readonly tables: readonly string[];
}

export interface ShowResult {
  readonly name: string;
  readonly label: string;
  /** Newer backups that do not count, newest first; empty where a label was given. */
  readonly passedOver: readonly PassedOver[];
  readonly originChecked: boolean;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly note: string | null;
  /** Its own expiry; null: the rules of retention decide. */
  readonly expiresAt: string | null;
  readonly serverVersion: string;
  /** The old file that it was made of; null: it is of the database itself. */
  readonly origin: CatalogOrigin | null;
  readonly pgDumpVersion: string;
  readonly encryption: Commit['encryption'];
  readonly totals: Totals;
  readonly database: DatabaseProperties;
  /** Largest first. */
  readonly tables: readonly ShownTable[];
  readonly extensions: Catalog['extensions'];
  readonly roles: readonly CatalogRole[];
  /** Null: the backup has none. */
  readonly largeObjects: { readonly bytes: number; readonly storedBytes: number } | null;
  /** Roles and tablespaces go along, as globals.sql. */
  readonly globals: boolean;
  /** What the server is configured with goes along, as `serverSettings` and `hbaRules`. */
  readonly configuration: boolean;
  /** Of the server, as far as the backup has them; null: it has none. A null value is held back. */
  readonly serverSettings: readonly ServerSetting[] | null;
  /** Rules of pg_hba.conf; null: the backup has none. */
  readonly hbaRules: readonly HbaRule[] | null;
  readonly warnings: readonly string[];
  /** What was left out and why. */
  readonly exclusions: readonly string[];
}

/**
 * What a backup holds, from its catalog: no segment is read. Names are decoded. Errors: those of openBackup,
 * selection-empty, configuration-invalid.
 */
export async function show(
  request: ShowRequest,
  { repository }: { readonly repository: Repository },
  context: Context,
): Promise<ShowResult> {
  const use = async (backup: OpenedBackup): Promise<ShowResult> => describe(backup, request);
  return readingBackup(request, { repository, use }, context);
}

function describe(
  { commit, catalog, segments, passedOver, repository }: OpenedBackup,
  { tables }: ShowRequest,
): ShowResult {
  const { name, label, dump, database, files, extensions, roles, warnings, exclusions } = catalog;
  const { startedAt, encryption, note = null, expiresAt = null } = factsOf(commit);
  const storedBytes = storedBytesOf(files, segments);
  const largeObjects = files.find((file) => file.name === LARGE_OBJECTS_FILE);
  return {
    ...{ name, label, passedOver, startedAt, note, expiresAt, encryption, database, extensions, warnings, exclusions },
    originChecked: repository.trusted !== undefined,
    serverVersion: dump.serverVersion,
    pgDumpVersion: dump.pgDumpVersion,
    totals: commit.totals,
    origin: catalog.origin ?? null,
    tables: describeTables(chooseShown(catalog, tables), storedBytes, dump.encoding),
    roles: roles.map((role) => ({ ...role, name: readableText(role.name, dump.clusterEncoding) })),
    largeObjects:
      largeObjects === undefined
        ? null
        : { bytes: largeObjects.sizeBytes, storedBytes: storedBytes.get(LARGE_OBJECTS_FILE) ?? 0 },
    configuration: catalog.serverSettings !== undefined,
    serverSettings: catalog.serverSettings ?? null,
    hbaRules: catalog.hbaRules ?? null,
    globals: files.some((file) => file.name === 'globals.sql'),
  };
}
