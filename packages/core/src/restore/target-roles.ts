import { BackuperError, say } from '@postgres-backuper/base';
import type { Catalog, CatalogRole, RoleUse } from '@postgres-backuper/format';
import { knownRoles, type Session } from '@postgres-backuper/postgres';
import type { TargetRequest } from './target-request.ts';

/** A policy or a user mapping is made for its roles: no option of pg_restore leaves them out. */
const ALWAYS: Readonly<Partial<Record<RoleUse, string>>> = {
  policy: 'in a policy',
  'user-mapping': 'in a user mapping',
};

/** Errors: role-missing, which names every role that the restore would fail without. */
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
  const known = await knownRoles(
    session,
    needed.map((role) => role.name),
  );
  const missing = needed.filter((role) => !known.has(role.name));
  if (missing.length === 0) return;
  const names = new Set(missing.map(({ name, uses }) => `'${name}'${alwaysIn(uses)}`));
  const createsHelp = `create them first (${say.command('export')} writes globals.sql)`;
  throw new BackuperError(
    'role-missing',
    `the server lacks the roles that the backup names: ${[...names].join(', ')}`,
    {
      hint: missing.some(({ uses }) => alwaysIn(uses) !== '')
        ? `${createsHelp}: policies and user mappings cannot be restored without their roles`
        : `${createsHelp}, or restore with ${say.option('noOwner')} and ${say.option('noPrivileges')}`,
    },
  );
}

/** ` (in a policy)`; empty where --no-owner and --no-privileges suffice. */
function alwaysIn(uses: readonly RoleUse[]): string {
  const where = uses.flatMap((use) => ALWAYS[use] ?? []);
  return where.length === 0 ? '' : ` (${where.join(', ')})`;
}
