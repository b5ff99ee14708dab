import { basename } from 'node:path';
import type { Context } from './context.ts';
import { countScript, openScript, withoutTimeout } from './load/legacy-script.ts';
import { withoutOwnRestriction } from './load/script-restriction.ts';
import { createEmptyDatabase, databaseExists, dropCreated } from './postgres/create-database.ts';
import { findPrograms, fittingPrograms, newestPrograms } from './postgres/programs.ts';
import { openMaintenanceSession } from './postgres/psql.ts';
import { loadScript } from './postgres/run-script.ts';
import type { Client, Server } from './postgres/server.ts';
import { sql } from './postgres/sql.ts';
import type { Repository } from './repository/repository.ts';

export interface LegacyRestoreRequest {
  /** A path, or a key in the repository's storage: `backup_20240315_120000.sql.gz`, or without `.gz`. */
  readonly source: string;
  /** The new database. */
  readonly into: string;
  readonly maintenanceDatabases: readonly string[];
}

export interface LegacyRestoreResult {
  readonly source: string;
  readonly database: string;
  /** Of the script, decompressed. */
  readonly bytes: number;
  readonly durationMs: number;
}

/**
 * Loads a plain dump of the original shell scripts into a database that it creates; the first error of psql ends it and
 * drops the database. The script's SQL runs as it is, with the rights of the role: only files that one trusts may be
 * given. Errors: object-missing, object-altered (no complete gzip, or not the end of a dump),
 * restore-failed, database-exists.
 */
export async function restoreLegacy(
  request: LegacyRestoreRequest,
  { server, repository }: { readonly server: Server; readonly repository?: Pick<Repository, 'storage'> },
  context: Context,
): Promise<LegacyRestoreResult> {
  const begunAt = context.clock.elapsed();
  const script = await openScript(request.source, repository, context);
  const { client, major } = await prepareClient(request, server, context);
  const { into: name, maintenanceDatabases } = request;
  context.emit({ type: 'phase', phase: 'create-database', text: `creating database '${name}'` });
  const session = await openMaintenanceSession(client, maintenanceDatabases, context);
  await createEmptyDatabase(session, name).finally(() => session.close());
  context.emit({ type: 'phase', phase: 'data', text: `loading '${basename(request.source)}'` });
  const runnable = withoutOwnRestriction(major < 17 ? withoutTimeout(script) : script);
  const counted = countScript(runnable, request.source, context);
  try {
    await loadScript(client, { database: name, script: counted.chunks, what: request.source }, context);
  } catch (error) {
    const left = await dropCreated(client, { name, maintenanceDatabases }, context);
    if (left !== undefined) context.emit({ type: 'warning', text: left });
    throw error;
  }
  const durationMs = Math.round(context.clock.elapsed() - begunAt);
  return { source: request.source, database: name, bytes: counted.bytes(), durationMs };
}

async function prepareClient(
  { into, maintenanceDatabases }: LegacyRestoreRequest,
  server: Server,
  context: Context,
): Promise<{ readonly client: Client; readonly major: number }> {
  const found = await findPrograms(server, context);
  const newest = newestPrograms(found);
  const session = await openMaintenanceSession({ server, programs: newest }, maintenanceDatabases, context);
  try {
    const rows = await session.query<{ name: string; major: number }>(
      sql`SELECT datname AS name, current_setting('server_version_num')::int / 10000 AS major FROM pg_catalog.pg_database`,
    );
    if (rows.some((row) => row.name === into)) throw databaseExists(into);
    const major = rows[0]?.major ?? 0;
    const programs = newest.major >= major ? fittingPrograms(found, major) : newest;
    return { client: { server, programs }, major };
  } finally {
    await session.close();
  }
}
