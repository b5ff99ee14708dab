import { BackuperError, type Context, isBackuperError, limitedTo } from '@postgres-backuper/base';
import { type Client, literal, sql, withSession } from '@postgres-backuper/postgres';
import type { CopySession } from '../copy-session.ts';

/** The error of a transaction that was rolled back. */
export function unchanged(error: unknown, { database }: { readonly database: string }): unknown {
  if (!isBackuperError(error) || error.code === 'cancelled') return error;
  const kept = `nothing was changed in '${database}'`;
  const hint = error.hint === undefined ? kept : `${error.hint}; ${kept}`;
  return new BackuperError(error.code, error.message, { hint, cause: error, result: error.result });
}

/** How long the outcome of a COMMIT without an answer is looked for, milliseconds. */
const LOOK_MS = 30_000;
const LOOK_EVERY_MS = 500;

/** A COMMIT whose answer is lost may have been done: another session asks. Errors: restore-failed. */
export async function commit(
  request: { readonly database: string },
  { session, client }: { readonly session: CopySession; readonly client: Client },
  context: Context,
): Promise<void> {
  const [transaction] = await session.query<{ id: string }>(sql`SELECT pg_catalog.pg_current_xact_id()::text AS id`);
  try {
    await session.execute(sql`COMMIT`);
  } catch (error) {
    const outcome = await outcomeOf(transaction?.id ?? '', client, context);
    if (outcome === 'aborted') throw unchanged(error, request);
    if (outcome === 'committed') {
      context.emit({ type: 'warning', text: 'the session was lost after its COMMIT, which is done' });
      return;
    }
    const text = 'it is not known whether the rows were committed: the session ended at that moment';
    const hint = 'look at the tables before you restore again: rows may be there twice then';
    throw new BackuperError('restore-failed', text, { hint, cause: error });
  }
}

async function outcomeOf(id: string, client: Client, { clock }: Context): Promise<'committed' | 'aborted' | undefined> {
  const patient = limitedTo(LOOK_MS, { clock });
  while (!patient.signal.aborted) {
    const status = await withSession(client, patient, (session) =>
      session.query<{ status: string | null }>(
        sql`SELECT pg_catalog.pg_xact_status(${literal(id)}::pg_catalog.xid8) AS status`,
      ),
    ).catch((error: unknown) => {
      if (isBackuperError(error) || patient.signal.aborted) return [];
      throw error;
    });
    const [found] = status;
    if (found?.status === 'committed' || found?.status === 'aborted') return found.status;
    await clock.sleep(LOOK_EVERY_MS, { idle: true });
  }
  return undefined;
}
