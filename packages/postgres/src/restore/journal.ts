import { isRefusedStatement } from '../session/answers.ts';
import { withoutEventTriggers } from '../session/event-triggers.ts';
import type { Session } from '../session/psql.ts';
import { literal, sql, wholeNumber } from '../session/sql.ts';
import type { ConnectGrant } from './close-database.ts';

/**
 * What a restore into this database has done, by the dump ids of the archive; each noted in its own transaction, once:
 * of two restores at the same time, the second fails, so that no rows are there twice.
 */
export interface Journal {
  readonly label: string;
  /** Of the commit: which backup it is. */
  readonly commit: string;
  readonly done: ReadonlySet<number>;
  /** Extensions of a database that the restore did not create; undefined: it created the database. */
  readonly extensionsBefore: readonly string[] | undefined;
  /** The files that change the rows before others may connect; undefined: none. */
  readonly transform: JournaledTransform | undefined;
}

export interface JournaledTransform {
  /** SHA-256 of each. File n, from 0, is noted as done by the id -2 - n. */
  readonly files: readonly string[];
  /** Who may connect afterwards. */
  readonly grants: readonly ConnectGrant[];
}

/**
 * Makes the journal. Returns whether it is there: a role may lack the right to create a schema, and then an interrupted
 * restore cannot be resumed. Errors: server-unavailable.
 */
export async function createJournal(
  session: Session,
  { label, commit, extensionsBefore, transform }: Omit<Journal, 'done'>,
): Promise<boolean> {
  const before = extensionsBefore === undefined ? sql`NULL` : literal(JSON.stringify(extensionsBefore));
  const files = transform === undefined ? sql`NULL` : literal(JSON.stringify(transform));
  try {
    await session.execute(
      sql`BEGIN; CREATE SCHEMA pgbackuper_restore; CREATE TABLE pgbackuper_restore.run (label text, commit text, before text, transform text);
        CREATE TABLE pgbackuper_restore.done (dump_id int8 PRIMARY KEY);
        INSERT INTO pgbackuper_restore.run VALUES (${literal(label)}, ${literal(commit)}, ${before}, ${files}); COMMIT`,
    );
    return true;
  } catch (error) {
    if (!isRefusedStatement(error)) throw error;
    await session.execute(sql`ROLLBACK`);
    return false;
  }
}

/** Undefined: the database has no journal, so no restore is unfinished there. */
export async function readJournal(session: Session): Promise<Journal | undefined> {
  const [there] = await session.query<{ there: boolean }>(
    sql`SELECT pg_catalog.to_regclass('pgbackuper_restore.run') IS NOT NULL AS there`,
  );
  if (there?.there !== true) return undefined;
  const [run] = await session.query<{ label: string; commit: string; before: string | null; transform: string | null }>(
    sql`SELECT label, commit, before, transform FROM pgbackuper_restore.run`,
  );
  const rows = await session.query<{ id: number }>(sql`SELECT dump_id AS id FROM pgbackuper_restore.done`);
  const extensionsBefore = run?.before == null ? undefined : (JSON.parse(run.before) as string[]);
  const done = new Set(rows.map(({ id }) => id));
  const transform = run?.transform == null ? undefined : (JSON.parse(run.transform) as JournaledTransform);
  return { transform, label: run?.label ?? '', commit: run?.commit ?? '', done, extensionsBefore };
}

/**
 * The last step of a restore: all or nothing, since a part of a journal cannot be continued. Event triggers of the
 * original are there by now, and may forbid it: none fires. Errors: those of Session.execute.
 */
export async function dropJournal(session: Session): Promise<void> {
  await withoutEventTriggers(session);
  await session.execute(sql`BEGIN`);
  try {
    await session.execute(
      sql`DROP TABLE IF EXISTS pgbackuper_restore.done, pgbackuper_restore.run, pgbackuper_restore.parts, pgbackuper_restore.shared, pgbackuper_restore.refused`,
    );
    await session.execute(sql`DROP SCHEMA IF EXISTS pgbackuper_restore`);
  } catch (error) {
    if (isRefusedStatement(error)) await session.execute(sql`ROLLBACK`);
    throw error;
  }
  await session.execute(sql`COMMIT`);
}

/** A statement that notes an entry in the transaction in which it runs. */
export function noteStatement(dumpId: number) {
  return sql`INSERT INTO pgbackuper_restore.done VALUES (${wholeNumber(dumpId)})`;
}
