import {
  type Context,
  findPrograms,
  newestPrograms,
  onDatabase,
  openMaintenanceSession,
  type Server,
  sql,
} from '@postgres-backuper/core';
import type { Settings } from '../options/options.ts';
import { settingsError } from '../options/settings-error.ts';

/**
 * Every database that is asked for, each as a server of its own. Errors: configuration-invalid when none is named, those
 * of openSession for --all-databases.
 */
export async function chosenDatabases(
  settings: Settings,
  server: Server,
  context: Context,
): Promise<readonly Server[]> {
  if (settings.allDatabases) {
    const names = await listDatabases(settings.maintenanceDb, server, context);
    return names.map((name) => onDatabase(server, name));
  }
  if (settings.dbname.length > 1) return [...new Set(settings.dbname)].map((name) => onDatabase(server, name));
  if (server.env.PGDATABASE !== undefined) return [server];
  throw settingsError(
    ['no database is named'],
    'set PG_DB, PGDATABASE or DATABASE_URL, or give --dbname or --all-databases',
  );
}

async function listDatabases(maintenance: readonly string[], server: Server, context: Context): Promise<string[]> {
  const programs = newestPrograms(await findPrograms(server, context));
  const session = await openMaintenanceSession({ server, programs }, maintenance, context);
  try {
    const rows = await session.query<{ name: string }>(
      sql`SELECT datname AS name FROM pg_catalog.pg_database WHERE datallowconn AND NOT datistemplate ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  } finally {
    await session.close();
  }
}
