import { isBackuperError } from '@postgres-backuper/base';
import type { DatabaseProperties } from '@postgres-backuper/format';
import type { Session } from '../session/psql.ts';
import { identifier, joined, keyword, literal, type Sql, sql } from '../session/sql.ts';
import { type Grant, grantDifferences, grantOrder, PRIVILEGES } from './grant-order.ts';

export interface GrantsRequest {
  /** The new database. */
  readonly name: string;
  readonly properties: Pick<DatabaseProperties, 'owner' | 'acl'>;
  /** Called with what differs afterwards. */
  readonly onDifferences: (differences: readonly string[]) => void;
}

/**
 * Gives the new database the grants of the original, possibly none; grants of the original owner go to the new owner.
 * Afterwards the grants present are compared with the wanted ones.
 * Errors: statement-failed, server-unavailable.
 */
export async function applyGrants(session: Session, { name, properties, onDifferences }: GrantsRequest): Promise<void> {
  const { owner, acl } = properties;
  if (acl === null) return;
  const database = identifier(name);
  // the server parses the texts; it refuses an empty array, which has no dimension
  const items = acl.map((item) => sql`${literal(item)}::pg_catalog.aclitem`);
  const grants = items.length === 0 ? [] : await explode(session, sql`ARRAY[${joined(items)}]::pg_catalog.aclitem[]`);
  await session.execute(sql`REVOKE ALL ON DATABASE ${database} FROM PUBLIC`);
  await session.execute(sql`REVOKE ALL ON DATABASE ${database} FROM ${identifier(owner)}`);
  for (const grant of grantOrder(grants, owner)) {
    await unlessRefused(() =>
      giveGrant(session, grant, { database, as: grant.grantor === owner ? undefined : grant.grantor }),
    );
  }
  await compare(session, { name, owner, grants, onDifferences });
}

async function giveGrant(
  session: Session,
  { grantee, privilege, grantable }: Grant,
  { database, as }: { readonly database: Sql; readonly as: string | undefined },
): Promise<void> {
  const to = grantee === '' ? sql`PUBLIC` : identifier(grantee);
  const option = grantable ? sql` WITH GRANT OPTION` : sql``;
  const statement = sql`GRANT ${keyword(privilege, PRIVILEGES)} ON DATABASE ${database} TO ${to}${option}`;
  if (as === undefined) return session.execute(statement);
  await session.execute(sql`SET ROLE ${identifier(as)}`);
  try {
    await session.execute(statement);
  } finally {
    await session.execute(sql`RESET ROLE`);
  }
}

/** A refused grant is missing afterwards and is reported then. */
async function unlessRefused(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isBackuperError(error, 'statement-failed')) throw error;
  }
}

async function compare(
  session: Session,
  {
    name,
    owner,
    grants,
    onDifferences,
  }: Omit<GrantsRequest, 'properties'> & { owner: string; grants: readonly Grant[] },
): Promise<void> {
  const [row] = await session.query<{ owner: string }>(
    sql`SELECT pg_catalog.pg_get_userbyid(datdba) AS owner FROM pg_catalog.pg_database WHERE datname = ${literal(name)}`,
  );
  const present = await explode(
    session,
    sql`(SELECT CASE WHEN pg_catalog.cardinality(datacl) > 0 THEN datacl END
           FROM pg_catalog.pg_database WHERE datname = ${literal(name)})`,
  );
  const now = row?.owner ?? owner;
  const wanted = grants.map((grant) => (grant.grantor === owner ? { ...grant, grantor: now } : grant));
  // another owner keeps its own rights in addition to those of the original
  const isOwn = ({ grantee }: Grant): boolean => now !== owner && grantee === now;
  const differences = grantDifferences(
    wanted,
    present.filter((grant) => !isOwn(grant)),
  );
  if (differences.length > 0) onDifferences(differences);
}

function explode(session: Session, acl: Sql): Promise<Grant[]> {
  return session.query<Grant>(
    sql`SELECT pg_catalog.pg_get_userbyid(grantor) AS grantor, privilege_type AS privilege, is_grantable AS grantable,
            CASE grantee WHEN 0 THEN '' ELSE pg_catalog.pg_get_userbyid(grantee) END AS grantee
       FROM pg_catalog.aclexplode(${acl})`,
  );
}
