import type { Catalog, CatalogRole } from '@postgres-backuper/format';
import { rolesNamedBy, type Toc, type TocEntry } from '@postgres-backuper/postgres';
import type { TargetRequest } from '../target-request.ts';
import { tablespacesOf } from '../target-tablespaces.ts';
import { rolesOfAclItem } from './map-catalog-roles.ts';

/** What a restore needs of a server: of the backup, without what is left out. */
export interface Wanted {
  readonly request: TargetRequest;
  readonly catalog: Pick<Catalog, 'database' | 'dump' | 'extensions' | 'tables' | 'files' | 'exclusions'>;
  /** Entries that will be restored. */
  readonly entries: readonly TocEntry[];
  /** Roles that must exist. */
  readonly roles: readonly CatalogRole[];
  /** Besides the default one. */
  readonly tablespaces: readonly string[];
  readonly extensions: Catalog['extensions'];
  /** Names that are left out, and that the backup does not have. */
  readonly unknownExtensions: readonly string[];
  /** Settings of the database and of roles in it, one line for each. */
  readonly settings: readonly WantedSetting[];
}

export interface WantedSetting {
  /** Null: for everybody. */
  readonly role: string | null;
  readonly name: string;
}

const OF_TABLESPACES = /^(default|temp)_tablespaces?$/i;

/** Pure. `toc`: with the entries that will be restored alone. */
export function wantedOf(request: TargetRequest, catalog: Catalog, toc: Toc): Wanted {
  const settings = catalog.database.settings.flatMap(({ role, values }) =>
    values.map((value) => ({ role, name: value.slice(0, value.indexOf('=')) })),
  );
  const excluded = new Set(request.excludeExtensions);
  const isSelected = selects(request, catalog, toc);
  return {
    request,
    catalog,
    entries: toc.entries,
    roles: neededRoles(request, catalog).filter(({ name }) => isSelected.role(name)),
    tablespaces: request.tablespaces ? tablespacesOf(catalog, toc) : [],
    extensions: catalog.extensions.filter(({ name }) => !excluded.has(name) && isSelected.extension(name)),
    unknownExtensions: [...excluded].filter((name) => catalog.extensions.every((one) => one.name !== name)),
    settings: settings.filter(({ name }) => request.tablespaces || !OF_TABLESPACES.test(name)),
  };
}

/** What a selection of objects needs; everything without one. */
function selects({ selection }: TargetRequest, { database }: Catalog, { entries }: Toc) {
  if (selection === undefined) return { role: () => true, extension: () => true };
  const inGrants = (database.acl ?? []).flatMap(rolesOfAclItem);
  const inEntries = entries.flatMap((entry) => [entry.owner, ...rolesNamedBy(entry)]);
  const roles = new Set([database.owner, ...inGrants, ...inEntries]);
  const extensions = new Set(entries.filter(({ description }) => description === 'EXTENSION').map(({ tag }) => tag));
  const hasAllRoles = selection.tables.length + selection.schemas.length === 0; // large objects are not among the entries
  return { role: (name: string) => hasAllRoles || roles.has(name), extension: (name: string) => extensions.has(name) };
}

/** A database that exists keeps its owner. */
function neededRoles({ owner, privileges, policies, given }: TargetRequest, catalog: Catalog): readonly CatalogRole[] {
  const ofDatabase: readonly CatalogRole[] = [{ name: catalog.database.owner, uses: ['owner'] }];
  const all = [...catalog.roles, ...(given === true ? [] : ofDatabase)];
  return all.filter(
    ({ uses }) =>
      (owner && uses.includes('owner')) ||
      (privileges && uses.includes('privileges')) ||
      (policies && (uses.includes('policy') || uses.includes('user-mapping'))),
  );
}
