import { isBackuperError } from '@postgres-backuper/base';
import type { Session } from '../session/psql.ts';
import { identifier, joined, keyword, literal, type Sql, sql, wholeNumber } from '../session/sql.ts';
import type { Membership } from './globals-roles.ts';

export interface NewRole {
  readonly name: string;
  readonly login: boolean;
  readonly inherit: boolean;
  /** -1: no limit. */
  readonly connectionLimit: number;
  /** A hash, as the server stores it. */
  readonly password: string | undefined;
  readonly validUntil: string | undefined;
}

/** Roles and the memberships between them, all created or none. */
export interface NewRoles {
  readonly roles: readonly NewRole[];
  readonly memberships: readonly (Membership & { readonly member: string })[];
  /** Makes the creating role a member of them, which may then give objects to them. A superuser needs none. */
  readonly joins: boolean;
}

/** Creates roles in one transaction. Errors: statement-failed, privilege-missing. */
export async function createRoles(
  session: Session,
  { roles, memberships, joins }: NewRoles,
  serverMajor: number,
): Promise<void> {
  await session.execute(sql`BEGIN`);
  try {
    for (const role of roles) await session.execute(createStatement(role));
    for (const membership of memberships) await session.execute(grantStatement(membership, serverMajor));
    for (const { name } of joins ? roles : []) await session.execute(sql`GRANT ${identifier(name)} TO CURRENT_USER`);
    await session.execute(sql`COMMIT`);
  } catch (error) {
    await session.execute(sql`ROLLBACK`).catch(() => undefined);
    throw error;
  }
}

/** Drops roles that nothing depends on; the others stay. Errors: server-unavailable. */
export async function dropRoles(session: Session, names: readonly string[]): Promise<void> {
  for (const name of names) {
    await session.execute(sql`DROP ROLE IF EXISTS ${identifier(name)}`).catch((error: unknown) => {
      if (!isBackuperError(error, 'statement-failed', 'privilege-missing')) throw error;
    });
  }
}

function createStatement({ name, login, inherit, connectionLimit, password, validUntil }: NewRole): Sql {
  const options = [
    keyword(login ? 'LOGIN' : 'NOLOGIN', ['LOGIN', 'NOLOGIN']),
    keyword(inherit ? 'INHERIT' : 'NOINHERIT', ['INHERIT', 'NOINHERIT']),
    ...(connectionLimit < 0 ? [] : [sql`CONNECTION LIMIT ${wholeNumber(connectionLimit)}`]),
    ...(password === undefined ? [] : [sql`PASSWORD ${literal(password)}`]),
    ...(validUntil === undefined ? [] : [sql`VALID UNTIL ${literal(validUntil)}`]),
  ];
  return sql`CREATE ROLE ${identifier(name)} ${joined(options, sql` `)}`;
}

/** Options other than ADMIN exist since PostgreSQL 16. */
function grantStatement(
  { role, member, admin, inherit, set }: NewRoles['memberships'][number],
  serverMajor: number,
): Sql {
  const grant = sql`GRANT ${identifier(role)} TO ${identifier(member)}`;
  if (serverMajor < 16) return admin ? sql`${grant} WITH ADMIN OPTION` : grant;
  const values = { ADMIN: admin, INHERIT: inherit, SET: set };
  const options = (['ADMIN', 'INHERIT', 'SET'] as const).flatMap((name) => {
    const value = values[name];
    if (value === undefined) return [];
    return [sql`${keyword(name, ['ADMIN', 'INHERIT', 'SET'])} ${keyword(value ? 'TRUE' : 'FALSE', ['TRUE', 'FALSE'])}`];
  });
  return sql`${grant} WITH ${joined(options)}`;
}
