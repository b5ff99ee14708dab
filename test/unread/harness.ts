import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSession, openSnapshot, type Session } from '@postgres-backuper/postgres';
import { type Major, type Postgres, startPostgres } from '@postgres-backuper/testing';
import { realClock } from '../../packages/cli/src/real-clock.ts';
import { identifier, sql } from '../../packages/postgres/src/session/sql.ts';
import { type ChangeMark, makeChangeMark } from '../../packages/postgres/src/unchanged/change-mark.ts';
import { readUnchangedTables } from '../../packages/postgres/src/unchanged/unchanged-tables.ts';

/** A server that summarizes its WAL, by a setting that a test can take back. */
export async function startSummarizing(
  major: Major,
  settings: Readonly<Record<string, string>> = { autovacuum: 'off' },
): Promise<Postgres> {
  const postgres = await startPostgres({ major, settings: { max_prepared_transactions: '5', ...settings } });
  await setSummarizing(postgres, 'on');
  return postgres;
}

export async function setSummarizing(postgres: Postgres, value: 'on' | 'off'): Promise<void> {
  await postgres.psql(`ALTER SYSTEM SET summarize_wal = ${value}`);
  await postgres.psql('SELECT pg_reload_conf()');
  const count = value === 'on' ? 1 : 0;
  await postgres.until(`(SELECT count(*) = ${count} FROM pg_stat_activity WHERE backend_type = 'walsummarizer')`);
}

const CONTEXT = {
  clock: realClock,
  signal: new AbortController().signal,
  tempDir: tmpdir(),
  tool: 'test',
  emit: () => undefined,
};

/** The COPY texts of all tables in the schema `public`, by oid, and their names. */
type Texts = ReadonlyMap<string, { readonly name: string; readonly text: string }>;

export interface Moment {
  readonly mark: ChangeMark | string;
  readonly texts: Texts;
}

function clientOf(postgres: Postgres, dbname: string) {
  const file = (name: string) => join(postgres.binDir, name);
  const programs = { psql: file('psql'), pgDump: file('pg_dump'), pgRestore: file('pg_restore'), version: '18' };
  return { server: { env: { ...postgres.env, PGDATABASE: dbname } }, programs } as never;
}

/** A session of a test, e.g. for a transaction that stays open. */
export const openTestSession = (postgres: Postgres, dbname: string): Promise<Session> =>
  openSession(clientOf(postgres, dbname), CONTEXT);

async function withSnapshot<Result>(
  postgres: Postgres,
  dbname: string,
  use: (sessions: { readonly snapshot: Session; readonly own: Session }) => Promise<Result>,
): Promise<Result> {
  const client = clientOf(postgres, dbname);
  const snapshot = await openSnapshot(client, CONTEXT);
  const own = await openSession(client, CONTEXT);
  try {
    return await use({ snapshot: snapshot.session, own });
  } finally {
    await snapshot.close();
    await own.close();
  }
}

async function readTexts(session: Session): Promise<Texts> {
  const folder = await mkdtemp(join(tmpdir(), 'pgb-unread-'));
  const tables = await session.query<{ oid: string; name: string }>(
    sql`SELECT oid::text AS oid, relname AS name FROM pg_catalog.pg_class
         WHERE relkind = 'r' AND relnamespace = 'public'::pg_catalog.regnamespace ORDER BY relname`,
  );
  const texts = new Map<string, { name: string; text: string }>();
  try {
    for (const { oid, name } of tables) {
      const path = join(folder, oid);
      await session.copyTo(path, sql`COPY public.${identifier(name)} TO STDOUT`);
      texts.set(oid, { name, text: await readFile(path, 'utf8') });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return texts;
}

/** What a full backup would keep now, and the texts that it would store. `between` runs after the snapshot was taken. */
export function remember(
  postgres: Postgres,
  dbname: string,
  between: () => Promise<unknown> = async () => undefined,
): Promise<Moment> {
  return withSnapshot(postgres, dbname, async (sessions) => {
    await between();
    const mark = await makeChangeMark(sessions);
    return { mark, texts: await readTexts(sessions.snapshot) };
  });
}

export interface Judged {
  /** Why nothing was judged. */
  readonly why: string | undefined;
  /** Names of the tables that were judged unchanged. */
  readonly unchanged: readonly string[];
  /** Of these, those whose text is another one: must be empty. */
  readonly wrong: readonly string[];
}

/** What a differential would leave unread now, compared with what it would have read. */
export function judge(
  postgres: Postgres,
  dbname: string,
  { mark, texts }: Moment,
  between: () => Promise<unknown> = async () => undefined,
): Promise<Judged> {
  return withSnapshot(postgres, dbname, async (sessions) => {
    await between();
    const found = typeof mark === 'string' ? mark : await readUnchangedTables(mark, sessions, CONTEXT);
    if (typeof found === 'string') return { why: found, unchanged: [], wrong: [] };
    const now = await readTexts(sessions.snapshot);
    const judged = [...found].map((oid) => ({ oid, name: now.get(oid)?.name ?? oid }));
    const wrong = judged.filter(({ oid }) => now.get(oid)?.text !== texts.get(oid)?.text);
    return { why: undefined, unchanged: judged.map(({ name }) => name).sort(), wrong: wrong.map(({ name }) => name) };
  });
}
