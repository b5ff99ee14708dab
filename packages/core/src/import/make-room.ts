import type { Context } from '@postgres-backuper/base';
import {
  findPrograms,
  identifier,
  newestPrograms,
  openMaintenanceSession,
  type Server,
  sql,
} from '@postgres-backuper/postgres';

/** A new server has one database that a file may be a dump of: it is dropped. */
export async function makeRoom(
  database: string,
  { server, maintenanceDatabases }: { readonly server: Server; readonly maintenanceDatabases: readonly string[] },
  context: Context,
): Promise<void> {
  if (database !== 'postgres') return;
  const programs = newestPrograms(await findPrograms(server, context));
  const session = await openMaintenanceSession({ server, programs }, maintenanceDatabases, context);
  try {
    await session.execute(sql`DROP DATABASE ${identifier(database)}`);
  } finally {
    await session.close();
  }
}
