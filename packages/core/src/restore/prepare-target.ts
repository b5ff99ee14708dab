import { BackuperError, type Context } from '@postgres-backuper/base';
import type { Catalog } from '@postgres-backuper/format';
import {
  type Client,
  databaseExists,
  findPrograms,
  literal,
  newestPrograms,
  openMaintenanceSession,
  restoringPrograms,
  type Server,
  type Session,
  sql,
  type Toc,
} from '@postgres-backuper/postgres';
import type { TargetRequest } from './target-request.ts';
import { requireRoles } from './target-roles.ts';
import { requireTablespaces, tablespacesOf } from './target-tablespaces.ts';

export interface PreparedTarget {
  /** Its programs can read the archive and fit the server. */
  readonly client: Client;
  readonly serverMajor: number;
}

export interface TargetServices {
  readonly server: Server;
  readonly catalog: Catalog;
  /** The bytes of toc.dat, and what they contain. */
  readonly archive: Buffer;
  readonly toc: Toc;
}

/**
 * Checks all that can be checked before anything is created. Errors: database-exists, role-missing, tablespace-missing,
 * extension-missing, program-missing, program-outdated, restore-failed (encoding or locale provider unknown to the
 * server), those of a connection.
 */
export async function prepareTarget(
  request: TargetRequest,
  { server, catalog, archive, toc }: TargetServices,
  context: Context,
): Promise<PreparedTarget> {
  const found = await findPrograms(server, context);
  const session = await openMaintenanceSession(
    { server, programs: newestPrograms(found) },
    request.maintenanceDatabases,
    context,
  );
  try {
    const [row] = await session.query<{ number: number }>(
      sql`SELECT pg_catalog.current_setting('server_version_num')::int AS number`,
    );
    const serverMajor = Math.floor((row?.number ?? 0) / 10_000);
    const programs = restoringPrograms(found, archive, serverMajor);
    await requireAbsent(session, request.database);
    await requireRoles(session, request, catalog);
    if (request.tablespaces) await requireTablespaces(session, tablespacesOf(catalog, toc));
    await requireExtensions(session, catalog);
    await requireEncoding(session, { catalog, serverMajor });
    return { client: { server, programs }, serverMajor };
  } finally {
    await session.close();
  }
}

async function requireAbsent(session: Session, name: string): Promise<void> {
  const same = await session.query(sql`SELECT FROM pg_catalog.pg_database WHERE datname = ${literal(name)}`);
  if (same.length > 0) throw databaseExists(name);
}

async function requireExtensions(session: Session, catalog: Catalog): Promise<void> {
  const rows = await session.query<{ name: string }>(sql`SELECT name FROM pg_catalog.pg_available_extensions`);
  const names = catalog.extensions.map((extension) => extension.name);
  const missing = missingFrom(names, rows, (row) => row.name);
  if (missing === undefined) return;
  throw new BackuperError('extension-missing', `the server lacks the extensions that the backup needs: ${missing}`, {
    hint: 'install their packages on the database server, then restore again',
  });
}

async function requireEncoding(
  session: Session,
  { catalog, serverMajor }: { readonly catalog: Catalog; readonly serverMajor: number },
): Promise<void> {
  const { encoding, localeProvider } = catalog.database;
  const [row] = await session.query<{ known: boolean }>(
    sql`SELECT pg_catalog.pg_char_to_encoding(${literal(encoding)}) >= 0 AS known`,
  );
  if (row?.known !== true) throw unfit(`the encoding '${encoding}'`);
  const since = localeProvider === 'icu' ? 15 : localeProvider === 'builtin' ? 17 : 0;
  if (serverMajor < since) throw unfit(`the locale provider '${localeProvider}' (PostgreSQL ${since} and newer)`);
}

function unfit(what: string): BackuperError {
  return new BackuperError('restore-failed', `the server does not know ${what} of the original database`, {
    hint: 'restore to a server of the same or a newer version',
  });
}

function missingFrom<Row>(
  wanted: readonly string[],
  rows: readonly Row[],
  name: (row: Row) => string,
): string | undefined {
  const known = new Set(rows.map(name));
  const missing = wanted.filter((item) => !known.has(item)).map((item) => `'${item}'`);
  return missing.length === 0 ? undefined : missing.join(', ');
}
