import { BackuperError, type Context } from '@postgres-backuper/base';
import { holdsBytes, textOfBytes } from '@postgres-backuper/format';
import { type SettingsOf, say, settingsError } from '@postgres-backuper/options';
import {
  findPrograms,
  newestPrograms,
  onDatabase,
  openMaintenanceSession,
  type Server,
  sql,
} from '@postgres-backuper/postgres';
import type { OpenServer } from './open-server.ts';

export interface ChosenDatabases {
  /** One server per database. */
  readonly servers: readonly Server[];
  /** Requested databases that accept no connection, each with the reason. */
  readonly closed: readonly ClosedDatabase[];
}

export interface ClosedDatabase {
  readonly database: string;
  readonly error: BackuperError;
}

/**
 * Every requested database. Errors: configuration-invalid when none is named or a name is empty, those of
 * openSession for --all-databases.
 */
export async function chosenDatabases(
  settings: SettingsOf<'backup' | 'check'>,
  server: OpenServer,
  context: Context,
): Promise<ChosenDatabases> {
  if (settings.allDatabases) return allDatabases(settings, server, context);
  // libpq replaces an empty name by the role's: a database that nobody requested
  if (server.databases.includes('')) {
    throw settingsError([`${say.given('dbname')}: the name of a database is empty`], 'leave it out, or write the name');
  }
  if (server.databases.length > 0) {
    return { servers: [...new Set(server.databases)].map((name) => onDatabase(server, name)), closed: [] };
  }
  throw settingsError(
    ['no database is named'],
    `name it with ${say.option('dbname')}, or give ${say.option('allDatabases')}`,
  );
}

async function allDatabases(
  settings: SettingsOf<'backup' | 'check'>,
  server: Server,
  context: Context,
): Promise<ChosenDatabases> {
  const listed = await listDatabases(settings.maintenanceDb, server, context);
  const excluded = new Set(settings.excludeDatabase);
  const unknown = settings.excludeDatabase.filter((name) => !listed.some((row) => row.name === name));
  for (const name of unknown)
    context.emit({ type: 'warning', text: `${say.given('excludeDatabase')}: there is no database '${name}'` });
  const wanted = listed.filter(({ name }) => !excluded.has(name));
  return {
    servers: wanted.filter(({ state }) => state === 'open').map(({ name }) => onDatabase(server, name)),
    closed: wanted.flatMap(({ name, state }) =>
      state === 'open' ? [] : [{ database: name, error: closedError(name, state) }],
    ),
  };
}

interface ListedDatabase {
  readonly name: string;
  /** Unnameable: the name is not UTF-8, in which client programs get names. */
  readonly state: 'open' | 'closed' | 'invalid' | 'unnameable';
}

/** Includes templates, except the two of every server. */
async function listDatabases(
  maintenance: readonly string[],
  server: Server,
  context: Context,
): Promise<readonly ListedDatabase[]> {
  const programs = newestPrograms(await findPrograms(server, context));
  const session = await openMaintenanceSession({ server, programs }, maintenance, context);
  try {
    const rows = await session.query<ListedDatabase & { readonly hex: string }>(
      sql`SELECT pg_catalog.encode(pg_catalog.namesend(datname), 'hex') AS hex,
                 CASE WHEN datconnlimit = -2 THEN 'invalid' WHEN datallowconn THEN 'open' ELSE 'closed' END AS state
            FROM pg_catalog.pg_database WHERE datname NOT IN ('template0', 'template1') ORDER BY datname`,
    );
    return rows.map(({ hex, state }) => {
      const name = textOfBytes(Buffer.from(hex, 'hex')); // JSON loses bytes that are not UTF-8
      return { name, state: holdsBytes(name) ? 'unnameable' : state };
    });
  } finally {
    await session.close();
  }
}

function closedError(name: string, state: Exclude<ListedDatabase['state'], 'open'>): BackuperError {
  const leave = `leave it out with ${say.option('excludeDatabase')}`;
  if (state === 'unnameable') {
    return new BackuperError('database-closed', `the name of database '${name}' is not UTF-8`, {
      hint: 'give it another name: ALTER DATABASE … RENAME TO …',
    });
  }
  if (state === 'invalid') {
    return new BackuperError('database-closed', `database '${name}' is invalid: its DROP DATABASE was interrupted`, {
      hint: `drop it, or ${leave}`,
    });
  }
  return new BackuperError('database-closed', `database '${name}' allows no connections`, {
    hint: `allow them with ALTER DATABASE … ALLOW_CONNECTIONS true, or ${leave}`,
  });
}
