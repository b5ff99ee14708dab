import { identifier, isRefusedStatement, joined, type Session, sql, withSession } from '@postgres-backuper/postgres';
import { onNew, type RestoreRun } from './restore-run.ts';

export interface Relation {
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
  const relations = await withSession(client, context, readRelations);
  const batches = batchesOf(relations, request.jobs);
  const queue = batches.values(); // shared: each session takes the next one
  const problems: string[] = [];
  const work = () =>
    withSession(client, context, async (session) => {
      for (const next of queue) problems.push(...(await analyzeAll(session, next)));
    });
  const sessions = Math.min(request.jobs, batches.length);
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

/**
 * Returns the reasons of tables that are refused. Each table is a transaction of its own in such a statement; a refused
 * one ends it, so all are tried one by one then. Errors: server-unavailable.
 */
export async function analyzeAll(
  session: Pick<Session, 'execute'>,
  relations: readonly Relation[],
): Promise<readonly string[]> {
  const problem = await refusal(session, relations);
  if (problem === undefined) return [];
  if (relations.length === 1) return [problem];
  const problems: string[] = [];
  for (const one of relations) {
    const left = await refusal(session, [one]);
    if (left !== undefined) problems.push(left);
  }
  return problems;
}

async function refusal(session: Pick<Session, 'execute'>, relations: readonly Relation[]): Promise<string | undefined> {
  const names = relations.map(({ schema, name }) => sql`${identifier(schema)}.${identifier(name)}`);
  try {
    await session.execute(sql`ANALYZE ${joined(names)}`);
    return undefined;
  } catch (error) {
    if (!isRefusedStatement(error)) throw error;
    return error.message;
  }
}

/** So many tables in one statement at most. */
const MOST_IN_BATCH = 100;
/** For each session, so that the sessions end at about the same time. */
const BATCHES = 20;

/** Pure. Few tables are batches of one. */
export function batchesOf(relations: readonly Relation[], jobs: number): readonly (readonly Relation[])[] {
  const size = Math.min(MOST_IN_BATCH, Math.ceil(relations.length / (jobs * BATCHES)));
  const begins = Array.from({ length: Math.ceil(relations.length / Math.max(1, size)) }, (_, index) => index * size);
  return begins.map((begin) => relations.slice(begin, begin + size));
}
