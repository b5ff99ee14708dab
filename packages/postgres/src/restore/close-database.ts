import { BackuperError } from '@postgres-backuper/base';
import type { Session } from '../session/psql.ts';
import { identifier, literal, sql } from '../session/sql.ts';

/** Who may connect to a database. */
export interface ConnectGrant {
  /** Null: every role. */
  readonly role: string | null;
  readonly grantable: boolean;
}

/** Those of a database, also where they are the server's default. Errors: those of Session.query. */
export function readConnectGrants(session: Session, name: string): Promise<ConnectGrant[]> {
  return session.query<ConnectGrant>(
    sql`SELECT CASE WHEN a.grantee <> 0 THEN pg_catalog.pg_get_userbyid(a.grantee) END AS role, a.is_grantable AS grantable
          FROM pg_catalog.pg_database d,
               pg_catalog.aclexplode(coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))) a
         WHERE d.datname = ${literal(name)} AND a.privilege_type = 'CONNECT'`,
  );
}

/**
 * Lets nobody connect but superusers, the session's role and those who act as it: not even the owner of the database.
 * Whoever is connected stays so. Errors: privilege-missing, where the role may not take the right from all others.
 */
export async function closeDatabase(session: Session, name: string): Promise<void> {
  const database = identifier(name);
  const me = await roleOf(session);
  await session.execute(sql`GRANT CONNECT ON DATABASE ${database} TO ${identifier(me)}`);
  for (const { role } of await othersOf(session, { name, me })) {
    await session.execute(sql`REVOKE CONNECT ON DATABASE ${database} FROM ${grantee(role)} CASCADE`);
  }
  const left = await othersOf(session, { name, me }); // without the right, REVOKE only warns
  if (left.length === 0) return;
  const who = left.map(({ role }) => (role === null ? 'all roles' : `'${role}'`)).join(', ');
  throw new BackuperError(
    'privilege-missing',
    `database '${name}' stays open to ${who}, which only its owner can change`,
    {
      hint: 'restore with the role that owns the database, or with a superuser',
    },
  );
}

/** Gives the right to connect back. Errors: statement-failed. */
export async function openDatabase(
  session: Session,
  { name, grants }: { readonly name: string; readonly grants: readonly ConnectGrant[] },
): Promise<void> {
  const database = identifier(name);
  const me = await roleOf(session);
  for (const { role, grantable } of grants) {
    const option = grantable ? sql` WITH GRANT OPTION` : sql``;
    await session.execute(sql`GRANT CONNECT ON DATABASE ${database} TO ${grantee(role)}${option}`);
  }
  if (grants.some(({ role }) => role === me)) return;
  await session.execute(sql`REVOKE CONNECT ON DATABASE ${database} FROM ${identifier(me)}`);
}

/** Refuses all connections to a new database, or allows them again. Errors: statement-failed. */
export async function allowConnections(session: Session, name: string, allowed: boolean): Promise<void> {
  const value = allowed ? sql`true` : sql`false`;
  await session.execute(sql`ALTER DATABASE ${identifier(name)} ALLOW_CONNECTIONS ${value}`);
}

async function othersOf(session: Session, { name, me }: { readonly name: string; readonly me: string }) {
  return (await readConnectGrants(session, name)).filter(({ role }) => role !== me);
}

async function roleOf(session: Session): Promise<string> {
  const [row] = await session.query<{ role: string }>(sql`SELECT current_user AS role`);
  return row?.role ?? '';
}

function grantee(role: string | null) {
  return role === null ? sql`PUBLIC` : identifier(role);
}
