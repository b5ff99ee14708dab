import { decodeText, say } from '@postgres-backuper/base';
import { bytesOfText, type Catalog, type CatalogRole, holdsBytes, type RoleUse } from '@postgres-backuper/format';
import { identifier, textOf } from '@postgres-backuper/postgres';
import { type Finding, listed } from './finding.ts';
import type { TargetFacts } from './target-facts.ts';
import type { Wanted } from './wanted.ts';

/** Uses of a role that the options about owners and grants do not leave out. */
const ALWAYS: Readonly<Partial<Record<RoleUse, string>>> = {
  policy: 'in a policy',
  'user-mapping': 'in a user mapping',
};

const WITHOUT_ROLES = `${say.option('noOwner')} and ${say.option('noPrivileges')}`;

/** Roles that are missing, that cannot be named, or that the restoring role may not give objects to. Pure. */
export function judgeRoles(wanted: Wanted, facts: TargetFacts): readonly Finding[] {
  return [...unreadable(wanted), ...missing(wanted, facts), ...notMember(wanted, facts)];
}

/** A UTF-8 dump cannot hold a name that is not UTF-8: pg_dump writes one, and no server accepts it. */
function unreadable({ roles, catalog: { database } }: Wanted): readonly Finding[] {
  const bad = database.encoding === 'UTF8' ? roles.filter(({ name }) => holdsBytes(name)) : [];
  if (bad.length === 0) return [];
  const what = `roles whose names are no UTF-8 cannot be named in a database in UTF8: ${namesOf(bad, database)}`;
  return [{ kind: 'role', severity: 'blocks', code: 'role-missing', what, solution: `restore with ${WITHOUT_ROLES}` }];
}

function missing({ roles, catalog: { database } }: Wanted, facts: TargetFacts): readonly Finding[] {
  const gone = roles.filter(
    ({ name }) => !facts.roles.has(name) && !(database.encoding === 'UTF8' && holdsBytes(name)),
  );
  if (gone.length === 0) return [];
  const what = `the server lacks the roles that the backup names: ${namesOf(gone, database)}`;
  const names = gone.map((role) => shownRole(role, database));
  return [{ kind: 'role', severity: 'blocks', code: 'role-missing', what, solution: hintFor(gone, database), names }];
}

function hintFor(gone: readonly CatalogRole[], { encoding }: Catalog['database']): string {
  const where = gone.some(({ name }) => holdsBytes(name)) ? ` in a database with the encoding ${encoding}` : '';
  const createsHelp = `create them first${where} (${say.command('export')} writes globals.sql)`;
  return gone.some(({ uses }) => alwaysIn(uses) !== '')
    ? `${createsHelp}: policies and user mappings cannot be restored without their roles`
    : `${createsHelp}, or restore with ${WITHOUT_ROLES}`;
}

/** To give an object to a role, one must be a member of it, since PostgreSQL 16 with the option SET. */
function notMember({ request, roles, entries, catalog: { database } }: Wanted, facts: TargetFacts): readonly Finding[] {
  if (facts.isSuperuser || !request.owner) return [];
  const owners = new Set([database.owner, ...entries.map(({ owner }) => owner)]);
  const strange = roles.filter(({ name }) => owners.has(name) && facts.roles.get(name)?.isMember === false);
  if (strange.length === 0) return [];
  const names = [...new Set(strange.map((role) => shownRole(role, database)))];
  const what = `role '${facts.role}' is not a member of roles that own objects of the backup: ${listed(names)}`;
  const grant = `GRANT ${names.map((name) => textOf(identifier(name))).join(', ')} TO ${textOf(identifier(facts.role))}`;
  const solution = `let an administrator run ${grant}, or restore with ${say.option('noOwner')}`;
  return [{ kind: 'owner', severity: 'blocks', code: 'privilege-missing', what, solution, names }];
}

function namesOf(roles: readonly CatalogRole[], database: Catalog['database']): string {
  return [...new Set(roles.map((role) => `'${shownRole(role, database)}'${alwaysIn(role.uses)}`))].join(', ');
}

/** A name that is not UTF-8 is in the encoding of its database. */
function shownRole({ name }: Pick<CatalogRole, 'name'>, { encoding }: Catalog['database']): string {
  return holdsBytes(name) ? decodeText(bytesOfText(name), encoding) : name;
}

/** ` (in a policy)`; empty where --no-owner and --no-privileges suffice. */
function alwaysIn(uses: readonly RoleUse[]): string {
  const where = uses.flatMap((use) => ALWAYS[use] ?? []);
  return where.length === 0 ? '' : ` (${where.join(', ')})`;
}
