import type { Context } from '@postgres-backuper/base';
import {
  type Client,
  type Cluster,
  dumpGlobals,
  type Globals,
  literal,
  openCluster,
  type Snapshot,
  sql,
} from '@postgres-backuper/postgres';
import type { DumpDatabaseRequest } from './dump-request.ts';
import type { Tally } from './tally.ts';

/** Default of the databases in which roles and tablespaces are read. */
export const MAINTENANCE_DATABASES: readonly string[] = ['postgres', 'template1'];

interface Services {
  readonly client: Client;
  readonly snapshot: Snapshot;
  readonly tally: Tally;
}

/**
 * globals.sql, with passwords if the backup is encrypted and the role may read them. What is missing becomes a warning,
 * also in the catalog. Errors: those of a connection, cancelled.
 */
export async function readGlobals(
  { encrypted, maintenanceDatabases = MAINTENANCE_DATABASES }: DumpDatabaseRequest,
  { client, snapshot, tally }: Services,
  context: Context,
): Promise<Buffer | undefined> {
  const role = await readRole(snapshot);
  const readIn = async (databases: readonly string[]) => {
    const cluster = await openCluster(client, databases, context);
    try {
      const passwords = encrypted && (await mayReadPasswords(cluster, role.name));
      const asked = { passwords, role: role.isLogin ? undefined : role.name, keepsBytes: databases.length === 0 };
      return { ...(await dumpGlobals(cluster, asked, context)), passwords, encoding: cluster.encoding };
    } finally {
      await cluster.session.close();
    }
  };
  const there = await readIn(maintenanceDatabases);
  // names of roles may be invalid in the encoding of the maintenance database
  const globals = there.sql === undefined ? await readIn([]) : there;
  warn(globals, there, { tally, database: client.server.env.PGDATABASE ?? '' });
  if (globals.sql !== undefined && !globals.passwords) {
    const why = encrypted ? 'the role may not read them' : 'the backup is not encrypted';
    context.emit({ type: 'notice', text: `globals.sql holds the roles without passwords: ${why}` });
  }
  return globals.sql;
}

/** Differs from the login role when a setting does SET ROLE. */
async function readRole({ session }: Snapshot): Promise<{ readonly name: string; readonly isLogin: boolean }> {
  const [row] = await session.query<{ name: string; isLogin: boolean }>(
    sql`SELECT current_user AS name, current_user = session_user AS "isLogin"`,
  );
  return row ?? { name: '', isLogin: true };
}

async function mayReadPasswords({ session }: Cluster, role: string): Promise<boolean> {
  const [may] = await session.query<{ read: boolean }>(
    sql`SELECT pg_catalog.has_table_privilege(${literal(role)}, 'pg_catalog.pg_authid', 'SELECT') AS read`,
  );
  return may?.read === true;
}

function warn(
  globals: Globals & { readonly encoding: string },
  there: Globals,
  { tally, database }: { readonly tally: Tally; readonly database: string },
): void {
  if (globals.sql === undefined) tally.warn(`roles and tablespaces are not in this backup: ${there.problem}`);
  else if (there.sql === undefined) {
    const how = `could be read only in the encoding of '${database}', ${globals.encoding}`;
    tally.warn(`roles ${how}: load globals.sql in a database of that encoding (${there.problem})`);
  }
}
