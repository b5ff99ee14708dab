import type { Context } from '@postgres-backuper/base';
import type { DatabaseIdentity } from '@postgres-backuper/format';
import {
  type Cluster,
  type Inventory,
  readInventory,
  readServerConfiguration,
  type ServerConfiguration,
  type Session,
  sql,
} from '@postgres-backuper/postgres';
import type { DumpDatabaseRequest } from './dump-request.ts';
import type { Tally } from './tally.ts';

export interface ReadCluster {
  readonly inventory: Inventory;
  /** Encoding of the database in which roles were read. */
  readonly clusterEncoding: string;
  /** Settings and pg_hba.conf of the server; undefined: not asked for. */
  readonly configuration: ServerConfiguration | undefined;
}

interface Services {
  readonly cluster: Cluster;
  /** Holds the snapshot. */
  readonly session: Session;
  readonly tally: Tally;
}

/**
 * Reads the inventory. Names of roles have no encoding of their own: they are read in a maintenance database, or here
 * if its encoding is the same. SQL_ASCII reads them as bytes. Errors: those of a connection, lock-unavailable.
 */
export async function readCluster(
  request: DumpDatabaseRequest & { readonly identity: DatabaseIdentity },
  { cluster, session, tally }: Services,
  context: Context,
): Promise<ReadCluster> {
  const { lockTimeoutMs, identity } = request;
  const own = await readEncoding(session);
  const shared = own === 'SQL_ASCII' || own === cluster.encoding ? session : cluster.session;
  const inventory = await readInventory({ session, shared, databaseOid: identity.oid, lockTimeoutMs });
  const unknown = inventory.unknownColumns.map((column) => `'${column}'`).join(', ');
  if (unknown !== '') tally.warn(`not in the backup, since pg_database has it in newer servers alone: ${unknown}`);
  const configuration = request.globals ? await readConfiguration(cluster.session, session, context) : undefined;
  return { inventory, clusterEncoding: cluster.encoding, configuration };
}

/** What is not readable is no failure: one line says so. */
async function readConfiguration(cluster: Session, session: Session, { emit }: Context): Promise<ServerConfiguration> {
  const configuration = await readServerConfiguration(cluster, session);
  const { lacks } = configuration;
  if (lacks.length > 0)
    emit({ type: 'notice', text: `not in the backup, as it could not be read: ${lacks.join('; ')}` });
  return configuration;
}

async function readEncoding(session: Session): Promise<string> {
  const [row] = await session.query<{ encoding: string }>(
    sql`SELECT pg_catalog.current_setting('server_encoding') AS encoding`,
  );
  return row?.encoding ?? 'UTF8';
}
