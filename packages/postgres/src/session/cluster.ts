import { type Context, isBackuperError } from '@postgres-backuper/base';
import { openSession, type Session } from './psql.ts';
import { type Client, onDatabase } from './server.ts';
import { sql } from './sql.ts';

/** A database of the cluster in which roles, tablespaces and databases are read. */
export interface Cluster {
  /** Connects there. */
  readonly client: Client;
  readonly session: Session;
  /** Encoding of that database. Names of roles are bytes without an own encoding; this one is used to read them. */
  readonly encoding: string;
  readonly serverMajor: number;
}

/** Errors after which another database is tried: this one is missing, closed, or forbidden. */
const NEXT = [
  ...(['database-missing', 'database-closed', 'privilege-missing', 'login-failed'] as const),
  ...(['connection-failed', 'pooler-unsuitable'] as const),
] as const;

/**
 * Opens the first of `maintenanceDatabases` that can be reached, else the client's own database, whose settings and
 * encoding do not belong to the cluster. The caller closes the session. Errors: those of openSession for that database.
 */
export async function openCluster(
  client: Client,
  maintenanceDatabases: readonly string[],
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<Cluster> {
  const own = client.server.env.PGDATABASE ?? '';
  for (const dbname of new Set([...maintenanceDatabases, own])) {
    const there = { ...client, server: onDatabase(client.server, dbname) };
    try {
      const session = await openSession(there, context);
      return { client: there, session, ...(await readFacts(session)) };
    } catch (error) {
      if (dbname === own || !isBackuperError(error, ...NEXT)) throw error;
    }
  }
  throw new Error('no database');
}

async function readFacts(session: Session): Promise<Pick<Cluster, 'encoding' | 'serverMajor'>> {
  const [row] = await session.query<{ encoding: string; version: number }>(
    sql`SELECT pg_catalog.current_setting('server_encoding') AS encoding,
               pg_catalog.current_setting('server_version_num')::int AS version`,
  );
  return { encoding: row?.encoding ?? 'UTF8', serverMajor: Math.floor((row?.version ?? 0) / 10_000) };
}
