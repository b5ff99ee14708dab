import { BackuperError, type Context, toBackuperError } from '@postgres-backuper/base';
import {
  identifier,
  literal,
  onDatabase,
  openMaintenanceSession,
  type Session,
  sql,
  textOf,
  withSession,
} from '@postgres-backuper/postgres';
import type { MaintenanceServices } from './replace-database.ts';

export interface ReplacedToDrop {
  /** The name that the new database has now. */
  readonly name: string;
  /** OID of the new database. */
  readonly oid: string;
  /** The old one. */
  readonly replaced: string;
  /** Ends sessions of others on the old one. */
  readonly disconnect: boolean;
}

/**
 * Drops the old database once the new one answers by its name. False: it is kept, and a warning says why. Never rejects:
 * the restore is done.
 */
export async function dropReplaced(
  old: ReplacedToDrop,
  services: MaintenanceServices,
  context: Context,
): Promise<boolean> {
  const { name, replaced, disconnect } = old;
  try {
    await requireAnswer(old, services, context);
    const session = await openMaintenanceSession(services.client, services.maintenanceDatabases, context);
    try {
      await requireNoSlots(session, replaced);
      const force = disconnect ? sql` WITH (FORCE)` : sql``;
      await session.execute(sql`DROP DATABASE ${identifier(replaced)}${force}`);
    } finally {
      await session.close();
    }
    context.emit({ type: 'notice', text: `database '${name}' was replaced; the old one was dropped` });
    return true;
  } catch (error) {
    const { message } = toBackuperError(error);
    const hint = `once the reason is gone: ${dropStatement(replaced)}`;
    context.emit({ type: 'warning', text: `the replaced database is kept as '${replaced}': ${message}`, hint });
    return false;
  }
}

/** Errors: those of a connection; restore-failed where another database answers. */
async function requireAnswer(
  { name, oid }: ReplacedToDrop,
  { client }: MaintenanceServices,
  context: Context,
): Promise<void> {
  const own = { ...client, server: onDatabase(client.server, name) };
  const [found] = await withSession(own, context, (session) =>
    session.query<{ oid: string }>(
      sql`SELECT oid::text AS oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()`,
    ),
  );
  if (found?.oid !== oid) throw new BackuperError('restore-failed', `'${name}' is not the restored database`);
}

/** The server drops unused slots with their database, and their consumers lose what they did not read. */
async function requireNoSlots(session: Session, database: string): Promise<void> {
  const slots = await session.query<{ name: string }>(
    sql`SELECT slot_name AS name FROM pg_catalog.pg_replication_slots WHERE database = ${literal(database)}`,
  );
  if (slots.length === 0) return;
  const names = slots.map(({ name }) => `'${name}'`).join(', ');
  throw new BackuperError('restore-failed', `it has replication slots, which are dropped with it: ${names}`);
}

/** For psql. */
export function dropStatement(database: string): string {
  return textOf(sql`DROP DATABASE ${identifier(database)};`);
}
