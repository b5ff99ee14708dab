import { basename } from 'node:path';
import { BackuperError, type Context } from '@postgres-backuper/base';
import {
  type Client,
  createEmptyDatabase,
  databaseExists,
  dropCreated,
  findPrograms,
  fittingPrograms,
  identifier,
  joined,
  loadScript,
  newestPrograms,
  onDatabase,
  openMaintenanceSession,
  type Server,
  sql,
  watchedByServer,
  withSession,
} from '@postgres-backuper/postgres';
import { runParts } from './files/run-parts.ts';
import { openScript } from './files/script.ts';
import type { Decrypt } from './files/unpack.ts';
import { type Choice, chooseOf } from './judge/script-choice.ts';
import type { OldPlace } from './list-legacy.ts';

export interface LegacyRestoreRequest {
  /** A path, or a key in one of the places: `backup_20240315_120000.sql.gz`, or any other dump of pg_dump. */
  readonly source: string;
  /** The new database. */
  readonly into: string;
  /** The wanted database in a file of pg_dumpall. */
  readonly database?: string | undefined;
  readonly maintenanceDatabases: readonly string[];
}

export interface LeftOut {
  /** e.g. `CREATE DATABASE 'shop'` */
  readonly what: string;
  /** Line in the script, from 1. */
  readonly line: number;
}

export interface LegacyRestoreResult {
  readonly source: string;
  readonly database: string;
  /** Size of the decompressed script. */
  readonly bytes: number;
  readonly durationMs: number;
  /** Statements about the database itself, which name the original one. */
  readonly leftOut: readonly LeftOut[];
}

interface Services {
  readonly server: Server;
  /** Where the source is looked up if it is not a path. */
  readonly places: readonly OldPlace[];
  /** Undefined: an encrypted file is refused. */
  readonly decrypt?: Decrypt | undefined;
}

/**
 * Loads a dump of pg_dump or pg_dumpall into a database that it creates: read whole → check → create → load → check the
 * content. Nothing runs before the whole file was read, its checksum compared and each statement checked; statements
 * that reach beyond the new database are refused. The SQL runs with the rights of the role. On any error the database
 * is dropped. Errors: usage-invalid (no such file), object-altered (damaged, incomplete), script-refused,
 * configuration-invalid (a database has to be chosen), restore-failed, database-exists.
 */
export async function restoreLegacy(
  request: LegacyRestoreRequest,
  { server, places, decrypt }: Services,
  context: Context,
): Promise<LegacyRestoreResult> {
  const begunAt = context.clock.elapsed();
  const { source: name, into, maintenanceDatabases } = request;
  const script = await openScript({ source: name, places, decrypt }, server, context);
  const { client, major } = await prepareClient(request, server, context); // first: reading may take long
  const choice = chooseOf(await script.survey(), { kind: 'database', name: request.database }, name);
  context.emit({ type: 'phase', phase: 'create-database', text: `creating database '${into}'` });
  const loader = createLoader({ choice, serverMajor: major });
  await watchedByServer({ client, maintenanceDatabases, sessions: 1 }, context, async () => {
    const session = await openMaintenanceSession(client, maintenanceDatabases, context);
    await createEmptyDatabase(session, into).finally(() => session.close());
    context.emit({ type: 'phase', phase: 'data', text: `loading '${basename(name)}'` });
    try {
      const statements = loader.statements(script.parts());
      await loadScript(client, { database: into, script: statements, what: name }, context);
      if (loader.creates()) await requireContent(client, { name, into }, context);
    } catch (error) {
      const left = await dropCreated(client, { name: into, maintenanceDatabases }, context);
      if (left !== undefined) context.emit({ type: 'warning', text: left });
      throw error;
    }
  });
  reportLeftOut(loader.leftOut, context);
  const durationMs = Math.round(context.clock.elapsed() - begunAt);
  return { source: name, database: into, bytes: script.bytes(), durationMs, leftOut: loader.leftOut };
}

function createLoader({ choice, serverMajor }: { readonly choice: Choice; readonly serverMajor: number }) {
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

function reportLeftOut(leftOut: readonly LeftOut[], { emit }: Context): void {
  if (leftOut.length === 0) return;
  const kinds = [...new Set(leftOut.map(({ what }) => what))];
  const more = kinds.length > 5 ? ` and ${kinds.length - 5} more` : '';
  emit({
    type: 'warning',
    text: `left out, since it is about the original database: ${kinds.slice(0, 5).join(', ')}${more}`,
    hint: 'give the new database its owner, settings and privileges by hand; its encoding and locale are those of the server',
  });
}

async function prepareClient(
  { into, maintenanceDatabases }: LegacyRestoreRequest,
  server: Server,
  context: Context,
): Promise<{ readonly client: Client; readonly major: number }> {
  const found = await findPrograms(server, context);
  const newest = newestPrograms(found);
  const session = await openMaintenanceSession({ server, programs: newest }, maintenanceDatabases, context);
  try {
    const rows = await session.query<{ name: string; major: number }>(
      sql`SELECT datname AS name, current_setting('server_version_num')::int / 10000 AS major FROM pg_catalog.pg_database`,
    );
    if (rows.some((row) => row.name === into)) throw databaseExists(into);
    const major = rows[0]?.major ?? 0;
    const programs = newest.major >= major ? fittingPrograms(found, major) : newest;
    return { client: { server, programs }, major };
  } finally {
    await session.close();
  }
}
