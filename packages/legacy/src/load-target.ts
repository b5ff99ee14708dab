import type { Context } from '@postgres-backuper/base';
import {
  type Client,
  databaseExists,
  findPrograms,
  fittingPrograms,
  newestPrograms,
  openMaintenanceSession,
  type Server,
  sql,
} from '@postgres-backuper/postgres';

/** A server with the programs that fit it. */
export interface LoadTarget {
  readonly client: Client;
  readonly major: number;
}

/** The server that gets a new database. Errors: database-exists, those of a connection. */
export async function prepareTarget(
  { into, maintenanceDatabases }: { readonly into: string; readonly maintenanceDatabases: readonly string[] },
  server: Server,
  context: Context,
): Promise<LoadTarget> {
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
