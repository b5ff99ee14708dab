import type { CatalogRole, RoleUse } from '@postgres-backuper/format';
import { type Inventory, isPortable, rolesNamedBy, type Selection, type Toc } from '@postgres-backuper/postgres';
import { rolesOfAclItem } from '../restore/target/map-catalog-roles.ts';
import { isPartial } from './completion.ts';

/** What a kind of entry uses the roles for that it names. */
const USES: Readonly<Record<string, RoleUse>> = {
  ...{ ACL: 'privileges', 'DEFAULT ACL': 'privileges', POLICY: 'policy', 'USER MAPPING': 'user-mapping' },
};

/**
 * The roles and extensions that the backup of a part names: a restore needs each of the catalog's. Roles of large objects
 * are not among the entries: without a choice of schemas or tables all roles stay. Pure.
 */
export function inventoryOfPart(inventory: Inventory, toc: Pick<Toc, 'entries'>, selection: Selection): Inventory {
  if (!isPartial(selection)) return inventory;
  const entries = toc.entries.filter(({ description }) => description === 'EXTENSION');
  const names = new Set(['plpgsql', ...entries.map(({ tag }) => tag)]);
  const extensions = inventory.extensions.filter(({ name }) => names.has(name));
  if (selection.schemas.length + selection.tables.length === 0) return { ...inventory, extensions };
  return { ...inventory, extensions, roles: rolesOfPart(inventory, toc) };
}

function rolesOfPart({ roles, properties }: Inventory, { entries }: Pick<Toc, 'entries'>): readonly CatalogRole[] {
  const used = new Set([
    `owner ${properties.owner}`,
    ...(properties.acl ?? []).flatMap(rolesOfAclItem).map((name) => `privileges ${name}`),
    ...entries.flatMap((entry) => [
      `owner ${entry.owner}`,
      ...rolesNamedBy(entry).map((name) => `${USES[entry.description]} ${name}`),
    ]),
  ]);
  return roles.flatMap(({ name, uses }) => {
    if (!isPortable(name, properties.encoding)) return [{ name, uses }]; // the archive has it in other bytes
    const own = uses.filter((use) => used.has(`${use} ${name}`));
    return own.length === 0 ? [] : [{ name, uses: own }];
  });
}
