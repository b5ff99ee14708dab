import { BackuperError } from '@postgres-backuper/base';
import {
  allowConnections,
  closeDatabase,
  databaseInUse,
  openDatabase,
  readConnectGrants,
  type Session,
  sql,
} from '@postgres-backuper/postgres';
import { onMaintenance, type RestoreRun } from './restore-run.ts';

/** Whether nobody else may connect until files have changed the rows. */
export function isToBeClosed({ request }: Pick<RestoreRun, 'request'>): boolean {
  return (request.transforms ?? []).length > 0;
}

/** A database that nobody could connect to since it was created. Errors: privilege-missing, statement-failed. */
export async function closeNew(session: Session, { request, resumable }: RestoreRun): Promise<void> {
  const name = request.database;
  resumable.connect = await readConnectGrants(session, name);
  await closeDatabase(session, name);
  await allowConnections(session, name, true);
}

/**
 * A database that existed; again, when a restore continues. `alone`: a session in it. Errors: privilege-missing;
 * database-in-use, where others are connected already, who would see the rows.
 */
export async function closeGiven(alone: Session, { request, context }: RestoreRun): Promise<void> {
  const name = request.database;
  context.emit({ type: 'notice', text: `others may not connect to '${name}' until its rows are changed` });
  await closeDatabase(alone, name);
  const others = await alone.query<{ who: string }>(
    sql`SELECT a.usename || ' (' || a.pid || ')' AS who FROM pg_catalog.pg_stat_activity a
          JOIN pg_catalog.pg_roles r ON r.oid = a.usesysid
         WHERE a.datname = pg_catalog.current_database() AND a.usename <> current_user AND NOT r.rolsuper`,
  );
  if (others.length === 0) return;
  const { message } = databaseInUse(
    name,
    others.map(({ who }) => who),
  );
  throw new BackuperError('database-in-use', message, {
    hint: 'end them: they would see rows that are not changed yet',
  });
}

/** Lets those connect who could before. */
export async function reopen(run: RestoreRun): Promise<void> {
  const { connect: grants } = run.resumable;
  if (grants === undefined) return;
  await onMaintenance(run, (session) => openDatabase(session, { name: run.request.database, grants }));
}
