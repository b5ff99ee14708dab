import { BackuperError } from '@postgres-backuper/base';
import { isRefusedStatement } from '../session/answers.ts';
import type { Session } from '../session/psql.ts';
import { joined, literal, type Sql, sql, wholeNumber } from '../session/sql.ts';

/** What the database tells of a restore that several jobs work on, beside its journal. */
export interface SharedRestore {
  /** Of the commit: which backup it is. */
  readonly commit: string;
  readonly label: string;
  /** Random: one run of the job that makes the database. Its locks are of nobody else. */
  readonly run: string;
  /** Number of parts. */
  readonly count: number;
  /** Batches of jobs that were published so far. */
  readonly batches: number;
  /** Nothing is left to do, and nothing will come. */
  readonly isOver: boolean;
}

/** A job as text of its own format. */
export interface SharedText {
  readonly id: number;
  readonly text: string;
}

export interface SharedState extends Pick<SharedRestore, 'run' | 'batches' | 'isOver'> {
  /** Jobs that are done, or were refused. */
  readonly settled: ReadonlySet<number>;
}

/** In place of what an earlier run left. The journal must be there. Errors: those of Session.execute. */
export async function beginSharing(session: Session, { run, count }: Pick<SharedRestore, 'run' | 'count'>) {
  await session.execute(
    sql`BEGIN; DROP TABLE IF EXISTS pgbackuper_restore.parts, pgbackuper_restore.shared, pgbackuper_restore.refused;
      CREATE TABLE pgbackuper_restore.parts (run text, count int4, batches int4, is_over bool);
      CREATE TABLE pgbackuper_restore.shared (id int8 PRIMARY KEY, batch int4, job text);
      CREATE TABLE pgbackuper_restore.refused (id int8 PRIMARY KEY, why text);
      ALTER TABLE pgbackuper_restore.done ADD COLUMN IF NOT EXISTS by text;
      ALTER TABLE pgbackuper_restore.done ALTER COLUMN by SET DEFAULT pg_catalog.current_setting('application_name');
      INSERT INTO pgbackuper_restore.parts VALUES (${literal(run)}, ${wholeNumber(count)}, 0, false); COMMIT`,
  );
}

/** Publishes jobs for whoever works on this restore. Errors: those of Session.execute. */
export async function shareJobs(session: Session, batch: number, jobs: readonly SharedText[]): Promise<void> {
  const number = wholeNumber(batch);
  const rows = jobs.map(({ id, text }) => sql`(${wholeNumber(id)}, ${number}, ${literal(text)})`);
  const insert = rows.length === 0 ? sql`` : sql`INSERT INTO pgbackuper_restore.shared VALUES ${joined(rows)};`;
  await session.execute(sql`BEGIN; ${insert} UPDATE pgbackuper_restore.parts SET batches = ${number}; COMMIT`);
}

/** Tells all jobs that nothing is left to do. Errors: those of Session.execute. */
export async function endSharing(session: Session): Promise<void> {
  await session.execute(sql`UPDATE pgbackuper_restore.parts SET is_over = true`);
}

/**
 * Undefined: no restore is shared here. Its tables count only where this role owns them: texts in them are run as SQL.
 * Errors: privilege-missing where another role has them; those of Session.query.
 */
export async function readShared(session: Session): Promise<SharedRestore | undefined> {
  const tables = await session.query<{ mine: boolean }>(
    sql`SELECT c.relowner = r.oid AND n.nspowner = r.oid AND c.relkind = 'r' AS mine
          FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_catalog.pg_roles r ON r.rolname = current_user
         WHERE n.nspname = 'pgbackuper_restore' AND c.relname IN ('run', 'done', 'parts', 'shared', 'refused')`,
  );
  if (tables.length < TABLES) return undefined;
  if (!tables.every(({ mine }) => mine)) throw ofAnother();
  const rows = await unlessGone(
    session.query<SharedRestore>(
      sql`SELECT r.commit, r.label, p.run, p.count, p.batches, p.is_over AS "isOver"
            FROM pgbackuper_restore.run r CROSS JOIN pgbackuper_restore.parts p`,
    ),
  );
  return rows?.[0];
}

const TABLES = 5;

/** Jobs of batches after `known`. Errors: those of Session.query. */
export async function readSharedJobs(session: Session, known: number): Promise<readonly string[]> {
  const rows = await session.query<{ job: string }>(
    sql`SELECT job FROM pgbackuper_restore.shared WHERE batch > ${wholeNumber(known)} ORDER BY id`,
  );
  return rows.map(({ job }) => job);
}

/** Undefined: the tables are gone. Errors: those of Session.query. */
export async function readSharedState(session: Session): Promise<SharedState | undefined> {
  const rows = await unlessGone(
    session.query<Omit<SharedState, 'settled'> & { readonly settled: readonly number[] }>(
      sql`SELECT run, batches, is_over AS "isOver",
            ARRAY(SELECT dump_id FROM pgbackuper_restore.done d JOIN pgbackuper_restore.shared s ON s.id = d.dump_id
                  UNION SELECT id FROM pgbackuper_restore.refused) AS settled
          FROM pgbackuper_restore.parts`,
    ),
  );
  const [state] = rows ?? [];
  return state && { ...state, settled: new Set(state.settled) };
}

export interface ClaimKeys {
  /** Of the job's own lock. */
  readonly job: string;
  /** Of the lock of the table whose indexes are built. */
  readonly table?: { readonly key: string; readonly exclusive: boolean } | undefined;
}

/** A query that takes the locks of a job in the session, `mine`. Where it is false, GIVE_BACK is to follow. */
export function claimQuery({ job, table }: ClaimKeys): Sql {
  const own = sql`pg_catalog.pg_try_advisory_lock(${wholeNumber(job)})`;
  if (table === undefined) return sql`SELECT ${own} AS mine`;
  const key = wholeNumber(table.key);
  const other = table.exclusive
    ? sql`pg_catalog.pg_try_advisory_lock(${key})`
    : sql`pg_catalog.pg_try_advisory_lock_shared(${key})`;
  return sql`SELECT CASE WHEN ${own} THEN ${other} ELSE false END AS mine`;
}

/** Gives back all locks of the session. */
export const GIVE_BACK: Sql = sql`SELECT pg_catalog.pg_advisory_unlock_all()::pg_catalog.text AS nothing`;

/** A query: whether a job was settled meanwhile, and whether the restore is still that of this run. */
export function settledQuery(id: number, run: string): Sql {
  const number = wholeNumber(id);
  return sql`SELECT EXISTS (SELECT FROM pgbackuper_restore.done WHERE dump_id = ${number})
      OR EXISTS (SELECT FROM pgbackuper_restore.refused WHERE id = ${number}) AS settled,
    EXISTS (SELECT FROM pgbackuper_restore.parts WHERE run = ${literal(run)}) AS current`;
}

/** A statement that notes what the server refused, `why` in a format of the caller. The first note of a job stays. */
export function noteRefused(id: number, why: string): Sql {
  return sql`INSERT INTO pgbackuper_restore.refused VALUES (${wholeNumber(id)}, ${literal(why)}) ON CONFLICT (id) DO NOTHING`;
}

/** What was refused. Errors: those of Session.query. */
export function readRefused(session: Session): Promise<{ readonly id: number; readonly why: string }[]> {
  return session.query(sql`SELECT id, why FROM pgbackuper_restore.refused`);
}

/** Ids of what is done, and the name of the session that did it. Errors: those of Session.query. */
export function readDoneBy(session: Session): Promise<{ readonly id: number; readonly by: string | null }[]> {
  return session.query(sql`SELECT dump_id AS id, by FROM pgbackuper_restore.done`);
}

/** Undefined: a table is gone, since the restore has ended or was undone. */
async function unlessGone<Value>(asked: Promise<Value>): Promise<Value | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (!isRefusedStatement(error) || (error.result as { sqlState: string }).sqlState !== '42P01') throw error;
    return undefined;
  }
}

function ofAnother(): BackuperError {
  return new BackuperError('privilege-missing', 'another role restores into this database', {
    hint: 'give all jobs of the restore the same user',
  });
}

/** Begins the name of the sessions of a job that works on the restore of another. */
export const WORKER_NAME = 'postgres-backuper part ';
/** The name of the sessions of one that waits for it, and does nothing yet. */
export const WAITING_NAME = 'postgres-backuper waits';

const WORKERS = sql`datname = pg_catalog.current_database() AND usename = current_user
  AND pid <> pg_catalog.pg_backend_pid() AND pg_catalog.strpos(application_name, ${literal(WORKER_NAME)}) = 1`;

/** Number of sessions of other jobs. Errors: those of Session.query. */
export async function readWorkers(session: Session): Promise<number> {
  const [row] = await session.query<{ sessions: number }>(
    sql`SELECT count(*) AS sessions FROM pg_catalog.pg_stat_activity WHERE ${WORKERS}`,
  );
  return row?.sessions ?? 0;
}

/** Ends them. Errors: those of Session.query. */
export async function endWorkers(session: Session): Promise<void> {
  await session.query(
    sql`SELECT count(pg_catalog.pg_terminate_backend(pid)) AS ended FROM pg_catalog.pg_stat_activity WHERE ${WORKERS}`,
  );
}

/** Whether any session holds an advisory lock of this database besides `key`: a job is claimed. Errors: those of Session.query. */
export async function othersClaim(session: Session, key: string): Promise<boolean> {
  const rows = await session.query<{ one: number }>(
    sql`SELECT 1 AS one FROM pg_catalog.pg_locks
         WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND pid <> pg_catalog.pg_backend_pid()
           AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
           AND ((classid::bigint << 32) | objid::bigint) <> ${wholeNumber(key)} LIMIT 1`,
  );
  return rows.length > 0;
}
