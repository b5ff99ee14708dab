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

interface Services {
  readonly client: Client;
  /** Where roles and tablespaces are read. */
  readonly cluster: Cluster;
  readonly snapshot: Snapshot;
  readonly tally: Tally;
}

/**
 * globals.sql, with passwords if the backup is encrypted and the role may read them. What is missing becomes a warning,
 * also in the catalog. Errors: those of a connection, cancelled.
 */
export async function readGlobals(
  { encrypted }: DumpDatabaseRequest,
  { client, cluster: shared, snapshot, tally }: Services,
  context: Context,
): Promise<Buffer | undefined> {
  const role = await readRole(snapshot);
  const readIn = async (cluster: Cluster, keepsBytes: boolean) => {
    const passwords = encrypted && (await mayReadPasswords(cluster, role.name));
    const asked = { passwords, role: role.isLogin ? undefined : role.name, keepsBytes };
    return { ...(await dumpGlobals(cluster, asked, context)), passwords, encoding: cluster.encoding };
  };
  const readHere = async () => {
    const own = await openCluster(client, [], context);
    return readIn(own, true).finally(() => own.session.close());
  };
  const there = await readIn(shared, false);
  // names of roles may be invalid in the encoding of the maintenance database
  const globals = there.sql === undefined ? await readHere() : there;
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
