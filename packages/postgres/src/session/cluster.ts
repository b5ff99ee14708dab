import { type Context, isBackuperError } from '@postgres-backuper/base';
import { openSession, type Session } from './psql.ts';
import { type Client, onDatabase } from './server.ts';
import { sql } from './sql.ts';

/** What roles, tablespaces and databases have in common: a database of the cluster in which they are read. */
export interface Cluster {
  /** Connects there. */
  readonly client: Client;
  readonly session: Session;
  /** Of that database. Names of roles are bytes without an encoding of their own: it says what they mean. */
  readonly encoding: string;
  readonly serverMajor: number;
}

/** What says that another database may do: this one is missing, closed, or not for us. */
const NEXT = [
  ...(['database-missing', 'database-closed', 'privilege-missing', 'login-failed'] as const),
  ...(['connection-failed', 'pooler-unsuitable'] as const),
] as const;

/**
 * The first of `maintenanceDatabases` that can be reached, else the client's own database, whose settings and encoding
 * are of no concern to the cluster. The caller closes its session. Errors: those of openSession, about its own database.
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
