import { BackuperError, type Context, isBackuperError, limitedTo, say } from '@postgres-backuper/base';
import { type DatabaseProperties, holdsBytes } from '@postgres-backuper/format';
import { openMaintenanceSession, type Session, withSession } from '../session/psql.ts';
import { type Client, onDatabase } from '../session/server.ts';
import { identifier, joined, keyword, literal, type Sql, sql } from '../session/sql.ts';

/** Limit for the removal of an unfinished database after a cancel, milliseconds. */
const CLEANUP_MS = 4000;

export interface NewDatabase {
  readonly name: string;
  readonly properties: DatabaseProperties;
  /** Makes the original's owner the owner, unless the name is not UTF-8: `giveDatabase` does it then. */
  readonly owner: boolean;
  /** Puts it into the original's tablespace. */
  readonly tablespaces: boolean;
  readonly serverMajor: number;
  /** Label of the backup. */
  readonly label: string;
  /** Nobody can connect to it, until `allowConnections`. Default: all can. */
  readonly closed?: boolean;
}

/**
 * Creates an empty database like the original.
 * Errors: database-exists, privilege-missing, restore-failed (the server lacks the locale, encoding or provider).
 */
export async function createDatabase(session: Session, database: NewDatabase): Promise<void> {
  try {
    await session.execute(createStatement(database));
  } catch (error) {
    throw createError(error, database.name);
  }
}

/**
 * Marks the database as unfinished in its comment, until `applyProperties` replaces it; the mark stays if the run
 * cannot drop the database. Optional: a restore continues without the right to comment. Errors: server-unavailable.
 */
export async function markUnfinished(
  session: Session,
  { name, label }: Pick<NewDatabase, 'name' | 'label'>,
): Promise<void> {
  const comment = literal(unfinishedText(label));
  try {
    await session.execute(sql`COMMENT ON DATABASE ${identifier(name)} IS ${comment}`);
  } catch (error) {
    if (!isBackuperError(error, 'statement-failed')) throw error;
  }
}

/** The comment of a database into which a backup is being restored. */
export function unfinishedText(label: string): string {
  return `unfinished: a restore of ${label} is running, or was ended`;
}

/** Changes the owner; the session must take its name as bytes. Errors: statement-failed, privilege-missing. */
export async function giveDatabase(session: Session, name: string, owner: string): Promise<void> {
  await session.execute(sql`ALTER DATABASE ${identifier(name)} OWNER TO ${identifier(owner)}`);
}

/** Creates a database for a plain dump, which names no encoding and locale. Errors: as createDatabase. */
export async function createEmptyDatabase(session: Session, name: string): Promise<void> {
  try {
    await session.execute(sql`CREATE DATABASE ${identifier(name)} TEMPLATE template0`);
  } catch (error) {
    throw createError(error, name);
  }
}

export function createStatement({ name, properties, owner, tablespaces, serverMajor, closed }: NewDatabase): Sql {
  const options = [
    sql`TEMPLATE template0`,
    sql`ENCODING ${literal(properties.encoding)}`,
    sql`LC_COLLATE ${literal(properties.collate)}`,
    sql`LC_CTYPE ${literal(properties.ctype)}`,
    ...(owner && !holdsBytes(properties.owner) ? [sql`OWNER ${identifier(properties.owner)}`] : []),
    // the default one needs a privilege if it is named
    ...(tablespaces && properties.tablespace !== 'pg_default'
      ? [sql`TABLESPACE ${identifier(properties.tablespace)}`]
      : []),
    ...localeOptions(properties, serverMajor),
    ...(closed === true ? [sql`ALLOW_CONNECTIONS false`] : []),
  ];
  return sql`CREATE DATABASE ${identifier(name)} ${joined(options, sql` `)}`;
}

/** Providers exist since 15 (icu) and 17 (builtin); an unset provider would be that of the server's template. */
function localeOptions(properties: DatabaseProperties, serverMajor: number): Sql[] {
  if (serverMajor < 15) return [];
  const provider = sql`LOCALE_PROVIDER ${keyword(properties.localeProvider, ['libc', 'icu', 'builtin'])}`;
  if (properties.locale === null || properties.localeProvider === 'libc') return [provider];
  if (properties.localeProvider === 'builtin') return [provider, sql`BUILTIN_LOCALE ${literal(properties.locale)}`];
  const rules =
    properties.icuRules === null || serverMajor < 16 ? [] : [sql`ICU_RULES ${literal(properties.icuRules)}`];
  return [provider, sql`ICU_LOCALE ${literal(properties.locale)}`, ...rules];
}

function createError(error: unknown, name: string): unknown {
  if (!(error instanceof BackuperError) || error.code !== 'statement-failed') return error;
  const { sqlState = '', message = error.message } = (error.result ?? {}) as { sqlState?: string; message?: string };
  if (sqlState === '42P04') return databaseExists(name);
  if (sqlState === '42501') {
    return new BackuperError('privilege-missing', `database '${name}' cannot be created: ${message}`, {
      hint: `restore with a role that has CREATEDB and is a member of the owner, or with ${say.option('noOwner')}`,
    });
  }
  return new BackuperError('restore-failed', `database '${name}' cannot be created: the server said '${message}'`, {
    hint: 'restore to a server that has the locale, encoding and locale provider of the original',
  });
}

export function databaseExists(name: string): BackuperError {
  return new BackuperError('database-exists', `database '${name}' exists already`, {
    hint: `give another name with ${say.option('into')}: an existing database is never touched`,
  });
}

/**
 * Drops a database that this run created, even after a cancel: it has a few seconds of its own. Returns a problem as a
 * sentence for the user, undefined if the database is gone.
 */
export async function dropCreated(
  client: Client,
  { name, maintenanceDatabases }: { readonly name: string; readonly maintenanceDatabases: readonly string[] },
  { clock }: Pick<Context, 'clock'>,
): Promise<string | undefined> {
  const context = limitedTo(CLEANUP_MS, { clock });
  try {
    const session = await openMaintenanceSession(client, maintenanceDatabases, context);
    try {
      await removeSubscriptions(session, { client, name }, context);
      await session.execute(sql`DROP DATABASE IF EXISTS ${identifier(name)} WITH (FORCE)`);
    } finally {
      await session.close();
    }
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `the unfinished database '${name}' is still there (${why}); drop it by hand`;
  }
}

/**
 * A database with subscriptions cannot be dropped. Those of a restore are disabled and have no slot: they are dropped
 * without a connection to their publisher.
 */
export async function removeSubscriptions(
  session: Session,
  { client, name }: { readonly client: Client; readonly name: string },
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<void> {
  const subscriptions = await session
    .query<{ name: string }>(
      sql`SELECT s.subname AS name FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid
        WHERE d.datname = ${literal(name)} AND NOT s.subenabled`,
    )
    .catch(() => []); // only superusers may read subscriptions, and only they create them
  if (subscriptions.length === 0) return;
  await withSession({ ...client, server: onDatabase(client.server, name) }, context, async (inside) => {
    for (const subscription of subscriptions.map((row) => identifier(row.name))) {
      await inside.execute(sql`ALTER SUBSCRIPTION ${subscription} SET (slot_name = NONE)`);
      await inside.execute(sql`DROP SUBSCRIPTION ${subscription}`);
    }
  });
}
