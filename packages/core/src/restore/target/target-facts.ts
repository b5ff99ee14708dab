import { holdsBytes } from '@postgres-backuper/format';
import {
  type GivenDatabase,
  joined,
  knownRoles,
  literal,
  type ReplacedDatabase,
  readGivenDatabase,
  readReplacedDatabase,
  type Session,
  sql,
} from '@postgres-backuper/postgres';
import { localeProblem } from './locale-probe.ts';
import { readSpace, type Space } from './read-space.ts';
import { readServerRow, type ServerRow } from './server-row.ts';
import type { Wanted } from './wanted.ts';

/** What the server says of itself, of the role that restores, and of what a backup needs. */
export interface TargetFacts extends ServerRow {
  /** Why the server does not know the locale; undefined if it does, or cannot say. */
  readonly localeProblem: string | undefined;
  /** Those of the wanted roles, and of roles with settings, that exist; `isMember`: the role may give objects to it. */
  readonly roles: ReadonlyMap<string, KnownRole>;
  /** Those of the wanted tablespaces that exist; whether the role may create objects there. */
  readonly tablespaces: ReadonlyMap<string, boolean>;
  /** Those of the wanted extensions that the server has. */
  readonly extensions: ReadonlyMap<string, AvailableExtension>;
  /** Those of the wanted settings that the server shows to this role, in lower case. */
  readonly settings: ReadonlyMap<string, KnownSetting>;
  /** Room for the wanted tables; undefined: it cannot be known. */
  readonly space: Space | undefined;
  /** The database that the restore does not create. */
  readonly given: GivenDatabase | undefined;
  /** The database that the restored one is to replace. */
  readonly replaced: ReplacedDatabase | undefined;
}

export interface KnownRole {
  readonly isMember: boolean;
  readonly isSuperuser?: boolean;
}

export interface AvailableExtension {
  /** The version that CREATE EXTENSION makes. */
  readonly version: string;
  /** Only superusers create it. */
  readonly needsSuperuser: boolean;
}

export interface KnownSetting {
  readonly context: string | null;
  /** By GRANT SET ON PARAMETER. */
  readonly isGranted: boolean;
}

/** Errors: those of Session.query. */
export async function readTargetFacts(session: Session, wanted: Wanted): Promise<TargetFacts> {
  const server = await readServerRow(session, wanted);
  const { serverMajor } = server;
  const { replaces } = wanted.request;
  return {
    ...server,
    localeProblem: await localeProblem(session, wanted.catalog.database),
    roles: await readRoles(session, wanted, serverMajor),
    tablespaces: await readTablespaces(session, wanted),
    extensions: await readExtensions(session, wanted),
    settings: await readSettings(session, wanted, serverMajor),
    space: await readSpace(session, wanted.tablespaces),
    replaced: replaces === undefined ? undefined : await readReplacedDatabase(session, replaces.name),
    given: wanted.request.given === true ? await readGivenDatabase(session) : undefined,
  };
}

async function readRoles(
  session: Session,
  { roles, settings }: Wanted,
  serverMajor: number,
): Promise<TargetFacts['roles']> {
  const names = [...new Set([...roles.map(({ name }) => name), ...settings.flatMap(({ role }) => role ?? [])])];
  const known = await knownRoles(session, names);
  const texts = [...known].filter((name) => !holdsBytes(name));
  const gives = serverMajor >= 16 ? literal('SET') : literal('MEMBER');
  const rows =
    texts.length === 0
      ? []
      : await session.query<KnownRole & { name: string }>(
          sql`SELECT rolname AS name, pg_catalog.pg_has_role(oid, ${gives}) AS "isMember", rolsuper AS "isSuperuser"
                FROM pg_catalog.pg_roles WHERE rolname IN (${joined(texts.map(literal))})`,
        );
  const members = new Map(rows.map(({ name, ...rest }) => [name, rest]));
  return new Map([...known].map((name) => [name, members.get(name) ?? { isMember: true }]));
}

async function readTablespaces(session: Session, { tablespaces }: Wanted): Promise<TargetFacts['tablespaces']> {
  if (tablespaces.length === 0) return new Map();
  const rows = await session.query<{ name: string; isUsable: boolean }>(
    sql`SELECT spcname AS name, pg_catalog.has_tablespace_privilege(oid, 'CREATE') AS "isUsable"
          FROM pg_catalog.pg_tablespace WHERE spcname IN (${joined(tablespaces.map(literal))})`,
  );
  return new Map(rows.map(({ name, isUsable }) => [name, isUsable]));
}

async function readExtensions(session: Session, { extensions }: Wanted): Promise<TargetFacts['extensions']> {
  if (extensions.length === 0) return new Map();
  const rows = await session.query<AvailableExtension & { name: string }>(
    sql`SELECT e.name, e.default_version AS version, coalesce(v.superuser AND NOT v.trusted, true) AS "needsSuperuser"
          FROM pg_catalog.pg_available_extensions e LEFT JOIN pg_catalog.pg_available_extension_versions v
            ON v.name = e.name AND v.version = e.default_version
         WHERE e.name IN (${joined(extensions.map(({ name }) => literal(name)))})`,
  );
  return new Map(rows.map(({ name, ...rest }) => [name, rest]));
}

/** Names of settings have no case. GRANT … ON PARAMETER exists since 15. */
async function readSettings(
  session: Session,
  { settings }: Wanted,
  serverMajor: number,
): Promise<TargetFacts['settings']> {
  const names = [...new Set(settings.map(({ name }) => name.toLowerCase()))];
  if (names.length === 0) return new Map();
  const isGranted = serverMajor >= 15 ? sql`pg_catalog.has_parameter_privilege(w.name, 'SET')` : sql`false`;
  const rows = await session.query<KnownSetting & { name: string }>(
    sql`SELECT w.name, s.context, ${isGranted} AS "isGranted"
          FROM pg_catalog.unnest(ARRAY[${joined(names.map(literal))}]::text[]) AS w(name)
          LEFT JOIN pg_catalog.pg_settings s ON pg_catalog.lower(s.name) = w.name`,
  );
  return new Map(rows.map(({ name, ...rest }) => [name, rest]));
}
