import { BackuperError, decodeText, say } from '@postgres-backuper/base';
import { bytesOfText, type Catalog, type CatalogRole, holdsBytes, type RoleUse } from '@postgres-backuper/format';
import { knownRoles, type Session } from '@postgres-backuper/postgres';
import type { TargetRequest } from './target-request.ts';

/** No option of pg_restore leaves out a policy or a user mapping. */
const ALWAYS: Readonly<Partial<Record<RoleUse, string>>> = {
  policy: 'in a policy',
  'user-mapping': 'in a user mapping',
};

const WITHOUT_ROLES = `${say.option('noOwner')} and ${say.option('noPrivileges')}`;

/** Errors: role-missing, which names every missing role that the restore needs. */
export async function requireRoles(
  session: Session,
  { owner, privileges, policies }: Pick<TargetRequest, 'owner' | 'privileges' | 'policies'>,
  { database, roles }: Pick<Catalog, 'database' | 'roles'>,
): Promise<void> {
  const all: readonly CatalogRole[] = [...roles, { name: database.owner, uses: ['owner'] }];
  const needs = ({ uses }: CatalogRole): boolean =>
    (owner && uses.includes('owner')) ||
    (privileges && uses.includes('privileges')) ||
    (policies && alwaysIn(uses) !== '');
  const needed = all.filter(needs);
  requireReadable(needed, { database });
  const known = await knownRoles(
    session,
    needed.map((role) => role.name),
  );
  const missing = needed.filter((role) => !known.has(role.name));
  if (missing.length === 0) return;
  const names = [...new Set(missing.map((role) => `'${shown(role, database)}'${alwaysIn(role.uses)}`))].join(', ');
  throw new BackuperError('role-missing', `the server lacks the roles that the backup names: ${names}`, {
    hint: hintFor(missing, database),
  });
}

/** A UTF-8 dump cannot hold a name that is not UTF-8: pg_dump writes one, and no server accepts it. */
function requireReadable(needed: readonly CatalogRole[], { database }: Pick<Catalog, 'database'>): void {
  const unreadable = needed.filter(({ name }) => database.encoding === 'UTF8' && holdsBytes(name));
  if (unreadable.length === 0) return;
  const names = [...new Set(unreadable.map((role) => `'${shown(role, database)}'${alwaysIn(role.uses)}`))].join(', ');
  const text = `roles whose names are no UTF-8 cannot be named in a database in UTF8: ${names}`;
  throw new BackuperError('role-missing', text, { hint: `restore with ${WITHOUT_ROLES}` });
}

function hintFor(missing: readonly CatalogRole[], { encoding }: Catalog['database']): string {
  const where = missing.some(({ name }) => holdsBytes(name)) ? ` in a database with the encoding ${encoding}` : '';
  const createsHelp = `create them first${where} (${say.command('export')} writes globals.sql)`;
  return missing.some(({ uses }) => alwaysIn(uses) !== '')
    ? `${createsHelp}: policies and user mappings cannot be restored without their roles`
    : `${createsHelp}, or restore with ${WITHOUT_ROLES}`;
}

/** A name that is not UTF-8 is in the encoding of its database. */
function shown({ name }: CatalogRole, { encoding }: Catalog['database']): string {
  return holdsBytes(name) ? decodeText(bytesOfText(name), encoding) : name;
}

/** ` (in a policy)`; empty where --no-owner and --no-privileges suffice. */
function alwaysIn(uses: readonly RoleUse[]): string {
  const where = uses.flatMap((use) => ALWAYS[use] ?? []);
  return where.length === 0 ? '' : ` (${where.join(', ')})`;
}
