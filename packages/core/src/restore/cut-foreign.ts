import { isBackuperError } from '@postgres-backuper/base';
import { type Client, identifier, type Session, sql, withSession } from '@postgres-backuper/postgres';
import type { EntryJob } from './entry-jobs.ts';
import { type NotRestored, objectName } from './not-restored.ts';
import type { RestoreRun } from './restore-run.ts';

/** `cut`: foreign tables cannot be read; `open`: the role may not prevent that; `none`: there is nothing to prevent. */
export type ForeignServers = 'cut' | 'open' | 'none';

/**
 * Keeps a scratch database from connecting to the servers of its foreign tables: they stay without a handler. Only
 * superusers may do that. Errors: those of withSession.
 */
export async function cutForeignServers({ chosen, context }: RestoreRun, client: Client): Promise<ForeignServers> {
  if (!chosen.kept.some(({ description }) => description === 'SERVER')) return 'none';
  return withSession(client, context, cutAll);
}

async function cutAll(session: Session): Promise<ForeignServers> {
  const wrappers = await session.query<{ name: string }>(
    sql`SELECT fdwname AS name FROM pg_catalog.pg_foreign_data_wrapper WHERE fdwhandler OPERATOR(pg_catalog.<>) 0`,
  );
  try {
    for (const { name } of wrappers) {
      await session.execute(sql`ALTER FOREIGN DATA WRAPPER ${identifier(name)} NO HANDLER`);
    }
    return wrappers.length === 0 ? 'none' : 'cut';
  } catch (error) {
    if (!isBackuperError(error, 'statement-failed', 'privilege-missing')) throw error;
    return 'open';
  }
}

const WHY = 'a drill connects to no foreign server';

/** The verdicts on materialized views that are not refreshed because one of them could connect. */
export function notRefreshed(refreshes: readonly EntryJob[]): NotRestored[] {
  return refreshes.map(({ entry, definition }) => ({
    ...{ object: objectName(entry), lack: 'not-populated', reason: WHY, sqlState: '', statement: definition.trim() },
  }));
}

/** object_not_in_prerequisite_state: of a wrapper without a handler, and of views above one that is not refreshed. */
const NO_HANDLER = '55000';

/** Says why the server could not read a foreign table. */
export function explainForeign(objects: readonly NotRestored[], foreign: ForeignServers): readonly NotRestored[] {
  if (foreign !== 'cut') return objects;
  return objects.map((one) => (one.sqlState === NO_HANDLER ? { ...one, reason: `${one.reason} (${WHY})` } : one));
}
