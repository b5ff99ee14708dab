import type { Catalog, CatalogRole, DatabaseProperties } from '@postgres-backuper/format';
import type { RoleMap } from '@postgres-backuper/postgres';
import { quotedName } from '@postgres-backuper/postgres';

/** The catalog with other roles: the owner, grants and settings of the database, and the roles that must exist. Pure. */
export function mapCatalogRoles<Documents extends Pick<Catalog, 'database' | 'roles'>>(
  catalog: Documents,
  map: RoleMap,
): Documents {
  if (map.size === 0) return catalog;
  const named = (name: string): string => map.get(name) ?? name;
  const { owner, acl, settings } = catalog.database;
  const database: DatabaseProperties = {
    ...catalog.database,
    owner: named(owner),
    acl: acl === null ? null : [...new Set(acl.map((item) => mapAclItem(item, named)))],
    settings: settings.map((one) => ({ ...one, role: one.role === null ? null : named(one.role) })),
  };
  return { ...catalog, database, roles: merged(catalog.roles.map(({ name, uses }) => ({ name: named(name), uses }))) };
}

/** Names that the map has and the backup does not. Pure. */
export function unknownRoles(
  { roles, database }: Pick<Catalog, 'database' | 'roles'>,
  map: RoleMap = new Map(),
): readonly string[] {
  const settings = database.settings.flatMap(({ role }) => role ?? []);
  const known = new Set([...roles.map(({ name }) => name), database.owner, ...settings]);
  return [...map.keys()].filter((name) => !known.has(name));
}

function merged(roles: readonly CatalogRole[]): readonly CatalogRole[] {
  const uses = new Map<string, CatalogRole['uses']>();
  for (const role of roles) uses.set(role.name, [...new Set([...(uses.get(role.name) ?? []), ...role.uses])]);
  return [...uses].map(([name, all]) => ({ name, uses: all }));
}

/** A name in an aclitem: with quotes unless it has only letters, digits and `_` (acl.c). */
const NAME = '(?:"(?:[^"]|"")*"|[^"=/])*';
const ACL_ITEM = new RegExp(`^(${NAME})(=[A-Za-z*]*/)(${NAME})$`);

/** `grantee=CTc/grantor`; an empty grantee is PUBLIC. Returns it as it is if it has another form. */
export function mapAclItem(item: string, named: (role: string) => string): string {
  const [, grantee, privileges, grantor] = ACL_ITEM.exec(item) ?? [];
  if (grantee === undefined || privileges === undefined || grantor === undefined) return item;
  return `${grantee === '' ? '' : mapName(grantee, named)}${privileges}${mapName(grantor, named)}`;
}

/** The roles that it names: grantee and grantor. */
export function rolesOfAclItem(item: string): readonly string[] {
  const [, grantee = '', , grantor = ''] = ACL_ITEM.exec(item) ?? [];
  return [grantee, grantor].filter((name) => name !== '').map(nameOf);
}

function nameOf(written: string): string {
  return written.replace(/"((?:[^"]|"")*)"/g, (_, inside: string) => inside.replaceAll('""', '"'));
}

function mapName(written: string, named: (role: string) => string): string {
  const name = nameOf(written);
  const other = named(name);
  return other === name ? written : quotedName(other);
}
