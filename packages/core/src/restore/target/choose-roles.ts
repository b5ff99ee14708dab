import type { GlobalRole, NewRole, NewRoles, RoleMap } from '@postgres-backuper/postgres';

export interface RoleChoice {
  /** Roles to create, as they are named here. */
  readonly names: readonly string[];
  /** Roles of the backup. */
  readonly globals: readonly GlobalRole[];
  readonly map: RoleMap;
  /** Gives them the password and the right to log in that they had. */
  readonly passwords: boolean;
}

/** The roles to create, and what they had and do not get: sentences. */
export interface ChosenRoles extends Omit<NewRoles, 'joins'> {
  readonly lacks: readonly string[];
}

/** Hashes that a server stores; it would take any other text for a password. */
const HASH = /^(SCRAM-SHA-256\$|md5[0-9a-f]{32}$)/;

/**
 * Never a superuser, nor any other right beyond the database: nobody asked for it here. Memberships come back between
 * roles that are all created now. Pure.
 */
export function chooseRoles({ names, globals, map, passwords }: RoleChoice): ChosenRoles {
  const named = (name: string): string => map.get(name) ?? name;
  const of = new Map(globals.map((role) => [named(role.name), role]));
  const wanted = new Set(names);
  const memberships = names.flatMap((member) =>
    (of.get(member)?.memberOf ?? []).map((one) => ({ ...one, member, role: named(one.role) })),
  );
  const isOurs = ({ role, member }: (typeof memberships)[number]): boolean => wanted.has(role) && role !== member;
  return {
    roles: names.map((name) => newRole(name, of.get(name), passwords)),
    memberships: memberships.filter(isOurs),
    lacks: [
      ...names.flatMap((name) => lacksOf(name, of.get(name), passwords)),
      ...memberships
        .filter((one) => !isOurs(one) && one.role !== one.member)
        .map(({ role, member }) => `role '${member}' was a member of '${role}', which is not given`),
    ],
  };
}

function newRole(name: string, role: GlobalRole | undefined, passwords: boolean): NewRole {
  const { inherit = true, connectionLimit = -1, validUntil } = role ?? {};
  const password = passwords && role?.password !== undefined && HASH.test(role.password) ? role.password : undefined;
  return { name, login: passwords && role?.login === true, inherit, connectionLimit, password, validUntil };
}

function lacksOf(name: string, role: GlobalRole | undefined, passwords: boolean): readonly string[] {
  if (role === undefined) return [`the backup says nothing of role '${name}' but its name`];
  const { powers, login, password } = role;
  return [
    ...(powers.length === 0 ? [] : [`role '${name}' had ${powers.join(', ')}, which is not given`]),
    ...(passwords && login && password === undefined ? [`the backup has no password of role '${name}'`] : []),
  ];
}
