import type { DatabaseProperties } from '@postgres-backuper/format';
import { isRefusedStatement } from '../session/answers.ts';
import { knownRoles } from '../session/known-roles.ts';
import type { Session } from '../session/psql.ts';
import { identifier, joined, literal, type Sql, sql, textOf, wholeNumber } from '../session/sql.ts';
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
  readonly onLack: (lack: PropertyLack) => void;
}

/** A property that the new database lacks. */
export interface PropertyLack {
  /** `setting work_mem`, `comment`, `grants` */
  readonly property: string;
  readonly reason: string;
  /** '' where the reason is not the server's. */
  readonly sqlState: string;
  /** SQL that sets it; '' where there is no single statement. */
  readonly statement: string;
}

/**
 * Applies the ALTER DATABASE settings, grants and comment of the original to the new database; each that the server
 * refuses is a lack. Must come last: a setting such as default_transaction_read_only would stop the restore. Errors:
 * server-unavailable.
 */
export async function applyProperties(session: Session, request: ApplyRequest): Promise<void> {
  const { properties } = request;
  const database = identifier(request.name);
  await applyNamed(session, request);
  await applyComment(session, request);
  await applySecurityLabels(session, request);
  const limit = properties.connectionLimit;
  if (limit >= 0)
    await attempt(session, request, {
      property: 'connection limit',
      statement: sql`ALTER DATABASE ${database} CONNECTION LIMIT ${wholeNumber(limit)}`,
    });
  if (properties.isTemplate)
    await attempt(session, request, {
      property: 'is_template',
      statement: sql`ALTER DATABASE ${database} IS_TEMPLATE true`,
    });
}

/** Applies only the properties that name roles: settings and grants. Errors: server-unavailable. */
export async function applyNamed(session: Session, request: ApplyRequest): Promise<void> {
  await applySettings(session, request);
  if (!request.privileges) return;
  const onDifferences = (differences: readonly string[]): void => {
    const reason = `they differ from the original's: ${differences.join(', ')}`;
    request.onLack({ property: 'grants', reason, sqlState: '', statement: '' });
  };
  await orLack(request, { property: 'grants', statement: '' }, () =>
    applyGrants(session, { ...request, onDifferences }),
  );
}

/** Runs a statement; a refusal is a lack. */
function attempt(
  session: Session,
  request: ApplyRequest,
  { property, statement }: { readonly property: string; readonly statement: Sql },
): Promise<void> {
  return orLack(request, { property, statement: `${textOf(statement)};` }, () => session.execute(statement));
}

async function orLack(
  { onLack }: ApplyRequest,
  what: Pick<PropertyLack, 'property' | 'statement'>,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isRefusedStatement(error)) throw error;
    const { sqlState = '', message = error.message } = (error.result ?? {}) as { sqlState?: string; message?: string };
    onLack({ ...what, reason: message, sqlState });
  }
}

async function applyComment(session: Session, request: ApplyRequest): Promise<void> {
  const { name, properties } = request;
  const [row] = await session.query<{ comment: string | null }>(
    sql`SELECT pg_catalog.shobj_description(oid, 'pg_database') AS comment
       FROM pg_catalog.pg_database WHERE datname = ${literal(name)}`,
  );
  if ((row?.comment ?? null) === properties.comment) return;
  const comment = properties.comment === null ? sql`NULL` : literal(properties.comment);
  await attempt(session, request, {
    property: 'comment',
    statement: sql`COMMENT ON DATABASE ${identifier(name)} IS ${comment}`,
  });
}

/** Only a provider that the server has loaded can say what its labels mean. */
async function applySecurityLabels(session: Session, request: ApplyRequest): Promise<void> {
  for (const { provider, label } of request.properties.securityLabels) {
    const database = identifier(request.name);
    await attempt(session, request, {
      property: `security label of provider ${provider}`,
      statement: sql`SECURITY LABEL FOR ${identifier(provider)} ON DATABASE ${database} IS ${literal(label)}`,
    });
  }
}

async function applySettings(session: Session, request: ApplyRequest): Promise<void> {
  const { name, properties, tablespaces } = request;
  const known = await knownRoles(
    session,
    properties.settings.flatMap(({ role }) => role ?? []),
  );
  for (const { role, values } of properties.settings) {
    const wanted = values.filter((value) => tablespaces || !OF_TABLESPACES.test(value));
    const settings = wanted.map((value) => ({
      property: `setting ${value.split('=')[0]}${role === null ? '' : ` of role ${role}`}`,
      statement: settingStatement(name, role, value),
    }));
    if (role !== null && !known.has(role)) {
      const reason = `role "${role}" does not exist`;
      for (const { property, statement } of settings)
        request.onLack({ property, reason, sqlState: '42704', statement: `${textOf(statement)};` });
    } else {
      for (const setting of settings) await attempt(session, request, setting);
    }
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
