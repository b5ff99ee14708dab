import { isBackuperError } from '@postgres-backuper/base';
import { identifier, type Session, sql, withSession } from '@postgres-backuper/postgres';
import { onNew, type RestoreRun } from './restore-run.ts';

interface Relation {
  readonly schema: string;
  readonly name: string;
}

/**
 * Makes statistics of every table, partitioned table and materialized view, so that the first queries are planned well
 * (autovacuum would come to them after a minute, and never to partitioned tables). A refusal is a warning: rows are
 * there without statistics, too. Errors: server-unavailable.
 */
export async function analyzeDatabase(run: RestoreRun): Promise<void> {
  const { request, context } = run;
  const client = onNew(run);
  context.emit({ type: 'phase', phase: 'analyze', text: 'making statistics for the planner' });
  const queue = await withSession(client, context, readRelations);
  const problems: string[] = [];
  const work = () =>
    withSession(client, context, async (session) => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        problems.push(...(await analyze(session, next)));
      }
    });
  const sessions = Math.min(request.jobs, queue.length);
  const results = await Promise.allSettled(Array.from({ length: sessions }, work));
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  const [first] = problems;
  if (first !== undefined) context.emit({ type: 'warning', text: `statistics are incomplete: ${first}` });
}

/** Largest first: the others fill the time of the last sessions. */
function readRelations(session: Session): Promise<Relation[]> {
  return session.query<Relation>(
    sql`SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class c
          JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
           AND pg_catalog.pg_has_role(c.relowner, 'USAGE') ORDER BY c.relpages DESC, c.oid`,
  );
}

async function analyze(session: Session, { schema, name }: Relation): Promise<readonly string[]> {
  try {
    await session.execute(sql`ANALYZE ${identifier(schema)}.${identifier(name)}`);
    return [];
  } catch (error) {
    if (!isBackuperError(error, 'statement-failed', 'privilege-missing')) throw error;
    return [error.message];
  }
}
