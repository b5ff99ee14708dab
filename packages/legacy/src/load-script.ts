import { basename } from 'node:path';
import { BackuperError, type Context } from '@postgres-backuper/base';
import {
  type Client,
  createEmptyDatabase,
  dropCreated,
  identifier,
  joined,
  loadScript,
  onDatabase,
  openMaintenanceSession,
  sql,
  watchedByServer,
  withSession,
} from '@postgres-backuper/postgres';
import { runParts } from './files/run-parts.ts';
import type { Script } from './files/script.ts';
import type { Choice } from './judge/script-choice.ts';
import type { LoadTarget } from './load-target.ts';

export interface LeftOut {
  /** e.g. `CREATE DATABASE 'shop'` */
  readonly what: string;
  /** Line in the script, from 1. */
  readonly line: number;
}

export interface LoadRequest {
  /** For people. */
  readonly name: string;
  /** The new database. */
  readonly into: string;
  readonly maintenanceDatabases: readonly string[];
  readonly script: Pick<Script, 'parts'>;
  readonly choice: Choice;
}

/**
 * create → load → check the content. On any error the database is dropped. Returns statements about the database itself,
 * which name the original one. Errors: object-altered, script-refused, restore-failed, database-exists.
 */
export async function loadIntoNew(
  request: LoadRequest,
  { client, major }: LoadTarget,
  context: Context,
): Promise<readonly LeftOut[]> {
  const { name, into, maintenanceDatabases } = request;
  context.emit({ type: 'phase', phase: 'create-database', text: `creating database '${into}'` });
  const loader = createLoader(request.choice, major);
  await watchedByServer({ client, maintenanceDatabases, sessions: 1 }, context, async () => {
    const session = await openMaintenanceSession(client, maintenanceDatabases, context);
    await createEmptyDatabase(session, into).finally(() => session.close());
    context.emit({ type: 'phase', phase: 'data', text: `loading '${basename(name)}'` });
    try {
      const statements = loader.statements(request.script.parts());
      await loadScript(client, { database: into, script: statements, what: name }, context);
      if (loader.creates()) await requireContent(client, { name, into }, context);
    } catch (error) {
      const left = await dropCreated(client, { name: into, maintenanceDatabases }, context);
      if (left !== undefined) context.emit({ type: 'warning', text: left });
      throw error;
    }
  });
  return loader.leftOut;
}

function createLoader(choice: Choice, serverMajor: number) {
  const leftOut: LeftOut[] = [];
  let creates = false;
  const run = {
    choice,
    serverMajor,
    onLeftOut: (what: string, line: number) => void leftOut.push({ what, line }),
    onCreate: () => {
      creates = true;
    },
  };
  return {
    leftOut,
    creates: () => creates,
    statements: (parts: Parameters<typeof runParts>[0]) => runParts(parts, run),
  };
}

const CATALOGS = ['pg_class', 'pg_namespace', 'pg_proc', 'pg_type', 'pg_extension', 'pg_operator', 'pg_cast'] as const;

/** Requires that the created objects are in this database. Errors: restore-failed, server-unavailable. */
async function requireContent(
  client: Client,
  { name, into }: { readonly name: string; readonly into: string },
  context: Context,
): Promise<void> {
  // object ids of users begin at 16384
  const each = CATALOGS.map((catalog) => sql`SELECT oid FROM pg_catalog.${identifier(catalog)} WHERE oid >= 16384`);
  const inside = { ...client, server: onDatabase(client.server, into) };
  const rows = await withSession(inside, context, (session) =>
    session.query(sql`SELECT oid FROM (${joined(each, sql` UNION ALL `)}) AS found LIMIT 1`),
  );
  if (rows.length > 0) return;
  throw new BackuperError('restore-failed', `'${name}' creates objects, but none of them is in '${into}'`, {
    hint: 'load this file by hand: it does something that no dump does',
  });
}
