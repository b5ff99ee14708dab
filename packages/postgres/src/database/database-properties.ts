import { isBackuperError } from '@postgres-backuper/base';
import type { DatabaseProperties } from '@postgres-backuper/format';
import { knownRoles } from '../session/known-roles.ts';
import type { Session } from '../session/psql.ts';
import { identifier, joined, literal, type Sql, sql, wholeNumber } from '../session/sql.ts';
import { applyGrants } from './database-grants.ts';

/** Settings whose value is a list of quoted names: one literal would be one name (pg_dump knows the same ones). */
const LISTS = new Set([
  'local_preload_libraries',
  'search_path',
  'session_preload_libraries',
  'shared_preload_libraries',
  'temp_tablespaces',
  'unix_socket_directories',
]);

const OF_TABLESPACES = /^(default|temp)_tablespaces?=/i;

export interface ApplyRequest {
  /** The new database. */
  readonly name: string;
  readonly properties: DatabaseProperties;
  /** Applies the grants of the original. */
  readonly privileges: boolean;
  /** False: settings that name one are left out. */
  readonly tablespaces: boolean;
  readonly onWarning: (text: string) => void;
}

/**
 * Applies the ALTER DATABASE settings, grants and comment of the original to the new database. Must come last: a
 * setting such as default_transaction_read_only would stop the restore. Errors: statement-failed.
 */
export async function applyProperties(session: Session, request: ApplyRequest): Promise<void> {
  const { properties } = request;
  const database = identifier(request.name);
  await applyNamed(session, request);
  await applyComment(session, request);
  await applySecurityLabels(session, request);
  const limit = properties.connectionLimit;
  if (limit >= 0) await session.execute(sql`ALTER DATABASE ${database} CONNECTION LIMIT ${wholeNumber(limit)}`);
  if (properties.isTemplate) await session.execute(sql`ALTER DATABASE ${database} IS_TEMPLATE true`);
}

/** Applies only the properties that name roles: settings and grants. Errors: statement-failed. */
export async function applyNamed(session: Session, request: ApplyRequest): Promise<void> {
  await applySettings(session, request);
  if (request.privileges) await applyGrants(session, request);
}

async function applyComment(session: Session, { name, properties }: ApplyRequest): Promise<void> {
  const [row] = await session.query<{ comment: string | null }>(
    sql`SELECT pg_catalog.shobj_description(oid, 'pg_database') AS comment
       FROM pg_catalog.pg_database WHERE datname = ${literal(name)}`,
  );
  if ((row?.comment ?? null) === properties.comment) return;
  const comment = properties.comment === null ? sql`NULL` : literal(properties.comment);
  await session.execute(sql`COMMENT ON DATABASE ${identifier(name)} IS ${comment}`);
}

/** Only a provider that the server has loaded can say what its labels mean. */
async function applySecurityLabels(session: Session, { name, properties, onWarning }: ApplyRequest): Promise<void> {
  for (const { provider, label } of properties.securityLabels) {
    const statement = sql`SECURITY LABEL FOR ${identifier(provider)} ON DATABASE ${identifier(name)} IS ${literal(label)}`;
    try {
      await session.execute(statement);
    } catch (error) {
      if (!isBackuperError(error, 'statement-failed')) throw error;
      onWarning(`the security label of the database by provider '${provider}' was left out: ${error.message}`);
    }
  }
}

async function applySettings(
  session: Session,
  { name, properties, tablespaces, onWarning }: ApplyRequest,
): Promise<void> {
  const known = await knownRoles(
    session,
    properties.settings.flatMap(({ role }) => role ?? []),
  );
  for (const { role, values } of properties.settings) {
    if (role !== null && !known.has(role)) {
      onWarning(`the settings of role '${role}' in this database were left out: the role does not exist here`);
      continue;
    }
    for (const value of values) {
      if (tablespaces || !OF_TABLESPACES.test(value)) await applySetting(session, { name, role, value, onWarning });
    }
  }
}

/** This role may not set it, or the server is of another version. */
async function applySetting(
  session: Session,
  { name, role, value, onWarning }: Pick<ApplyRequest, 'name' | 'onWarning'> & { role: string | null; value: string },
): Promise<void> {
  try {
    await session.execute(settingStatement(name, role, value));
  } catch (error) {
    if (!isBackuperError(error, 'statement-failed', 'privilege-missing')) throw error;
    const whose = role === null ? 'of the database' : `of role '${role}' in the database`;
    onWarning(`the setting '${value.slice(0, value.indexOf('='))}' ${whose} was left out: ${error.message}`);
  }
}

/** Pure. `value` is `name=value` as pg_db_role_setting holds it. */
export function settingStatement(database: string, role: string | null, value: string): Sql {
  const equals = value.indexOf('=');
  const [setting, text] = [value.slice(0, equals), value.slice(equals + 1)];
  const names = LISTS.has(setting.toLowerCase()) ? splitList(text) : [text];
  const values = joined((names.length === 0 ? [''] : names).map(literal));
  const whom =
    role === null
      ? sql`DATABASE ${identifier(database)}`
      : sql`ROLE ${identifier(role)} IN DATABASE ${identifier(database)}`;
  return sql`ALTER ${whom} SET ${identifier(setting)} TO ${values}`;
}

/** `"$user", public` → its names. */
function splitList(text: string): string[] {
  const names = text.match(/"(?:[^"]|"")*"|[^,\s][^,]*/g) ?? [];
  return names.map((name) => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.trim()));
}
