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
  return [
    ...unknown(wanted),
    ...unreadable(wanted),
    ...missing(wanted, facts),
    ...created(wanted, facts),
    ...notMember(wanted, facts),
  ];
}

function unknown({ request: { unknownRoles: names = [] } }: Wanted): readonly Finding[] {
  if (names.length === 0) return [];
  const what = `the backup names no roles ${listed(names)}, so no other takes their place`;
  return [{ kind: 'role', severity: 'note', what, names }];
}

/** A UTF-8 dump cannot hold a name that is not UTF-8: pg_dump writes one, and no server accepts it. */
function unreadable({ roles, catalog: { database } }: Wanted): readonly Finding[] {
  const bad = database.encoding === 'UTF8' ? roles.filter(({ name }) => holdsBytes(name)) : [];
  if (bad.length === 0) return [];
  const what = `roles whose names are no UTF-8 cannot be named in a database in UTF8: ${namesOf(bad, database)}`;
  return [{ kind: 'role', severity: 'blocks', code: 'role-missing', what, solution: `restore with ${WITHOUT_ROLES}` }];
}

/** Those that the server lacks and that can be named in the database. */
function goneRoles({ roles, catalog: { database } }: Wanted, facts: TargetFacts): readonly CatalogRole[] {
  return roles.filter(({ name }) => !facts.roles.has(name) && !(database.encoding === 'UTF8' && holdsBytes(name)));
}

/**
 * Names of those that a restore creates on request, also for their settings in the database. Names of pg_ are the
 * server's own.
 */
export function creatableRoles(wanted: Wanted, facts: TargetFacts): readonly string[] {
  if (wanted.request.createRoles === undefined) return [];
  const names = [
    ...goneRoles(wanted, facts).map(({ name }) => name),
    ...wanted.settings.flatMap(({ role }) => role ?? []),
  ];
  return [...new Set(names)].filter((name) => !facts.roles.has(name) && !holdsBytes(name) && !name.startsWith('pg_'));
}

function missing(wanted: Wanted, facts: TargetFacts): readonly Finding[] {
  const { database } = wanted.catalog;
  const created = new Set(creatableRoles(wanted, facts));
  const gone = goneRoles(wanted, facts).filter(({ name }) => !created.has(name));
  if (gone.length === 0) return [];
  const what = `the server lacks the roles that the backup names: ${namesOf(gone, database)}`;
  const names = [...new Set(gone.map((role) => shownRole(role, database)))];
  return [{ kind: 'role', severity: 'blocks', code: 'role-missing', what, solution: hintFor(gone, database), names }];
}

function created(wanted: Wanted, facts: TargetFacts): readonly Finding[] {
  const names = creatableRoles(wanted, facts);
  if (names.length === 0) return [];
  if (!facts.createsRoles) {
    const what = `role '${facts.role}' may not create the roles ${listed(names)}`;
    const solution = 'restore with a role that has CREATEROLE, or let an administrator create them';
    return [{ kind: 'role', severity: 'blocks', code: 'privilege-missing', what, solution, names }];
  }
  const how = wanted.request.createRoles === 'no-login' ? ' without the right to log in' : '';
  return [{ kind: 'role', severity: 'note', what: `these roles will be created${how}: ${listed(names)}`, names }];
}

function hintFor(gone: readonly CatalogRole[], { encoding }: Catalog['database']): string {
  const bytes = gone.some(({ name }) => holdsBytes(name));
  const createsHelp = bytes
    ? `create them first in a database with the encoding ${encoding} (${say.command('export')} writes globals.sql)`
    : `let ${say.option('createRoles')} create them, name others with ${say.option('roleMap')}`;
  const uses = (use: RoleUse): boolean => gone.some((role) => role.uses.includes(use));
  const without = [
    ...(uses('owner') ? [say.option('noOwner')] : []),
    ...(uses('privileges') ? [say.option('noPrivileges')] : []),
    ...(uses('policy') || uses('user-mapping') ? [say.option('noPolicies')] : []),
  ];
  return `${createsHelp}, or restore with ${without.join(' and ')}`;
}

/** To give an object to a role, one must be a member of it, since PostgreSQL 16 with the option SET. */
function notMember({ request, roles, entries, catalog: { database } }: Wanted, facts: TargetFacts): readonly Finding[] {
  if (facts.isSuperuser || !request.owner) return [];
  const isStrange = (name: string): boolean => facts.roles.get(name)?.isMember === false;
  const owners = new Set(entries.map(({ owner }) => owner));
  const own = request.given !== true && isStrange(database.owner) ? [database.owner] : [];
  const others = roles
    .map(({ name }) => name)
    .filter((name) => owners.has(name) && isStrange(name) && !own.includes(name));
  const findings: Finding[] = [];
  if (own.length > 0) {
    const what = `role '${facts.role}' is not a member of the owner of the database: ${listed(own)}`;
    findings.push({ kind: 'owner', severity: 'blocks', code: 'privilege-missing', what, ...joining(own, facts) });
  }
  const names = [...new Set(others)];
  if (names.length > 0) {
    const what = `objects of the roles ${listed(names)} will belong to '${facts.role}', which is not a member of them`;
    findings.push({ kind: 'owner', severity: 'missing', what, ...joining(names, facts) });
  }
  return findings;
}

function joining(names: readonly string[], { role, roles }: TargetFacts): Pick<Finding, 'solution' | 'names'> {
  const grant = `GRANT ${names.map((name) => textOf(identifier(name))).join(', ')} TO ${textOf(identifier(role))}`;
  // nobody should become a member of a superuser for a restore
  const isSafe = names.every((name) => roles.get(name)?.isSuperuser !== true);
  const map = say.option('roleMap', `${names[0]}=${role}`);
  const others = `restore with ${map}, or with ${say.option('noOwner')}`;
  return { solution: isSafe ? `let an administrator run ${grant}, or ${others}` : others, names };
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
