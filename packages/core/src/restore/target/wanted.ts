import type { Catalog, CatalogRole } from '@postgres-backuper/format';
import type { Toc, TocEntry } from '@postgres-backuper/postgres';
import type { TargetRequest } from '../target-request.ts';
import { tablespacesOf } from '../target-tablespaces.ts';

/** What a restore needs of a server: of the backup, without what is left out. */
export interface Wanted {
  readonly request: TargetRequest;
  readonly catalog: Pick<Catalog, 'database' | 'dump' | 'extensions' | 'tables' | 'files'>;
  /** Entries that will be restored. */
  readonly entries: readonly TocEntry[];
  /** Roles that must exist. */
  readonly roles: readonly CatalogRole[];
  /** Besides the default one. */
  readonly tablespaces: readonly string[];
  readonly extensions: Catalog['extensions'];
  /** Settings of the database and of roles in it, one line for each. */
  readonly settings: readonly WantedSetting[];
}

export interface WantedSetting {
  /** Null: for everybody. */
  readonly role: string | null;
  readonly name: string;
}

const OF_TABLESPACES = /^(default|temp)_tablespaces?$/i;

/** Pure. */
export function wantedOf(request: TargetRequest, catalog: Catalog, toc: Toc): Wanted {
  const settings = catalog.database.settings.flatMap(({ role, values }) =>
    values.map((value) => ({ role, name: value.slice(0, value.indexOf('=')) })),
  );
  return {
    request,
    catalog,
    entries: toc.entries.filter((entry) => isKept(entry, request)),
    roles: neededRoles(request, catalog),
    tablespaces: request.tablespaces ? tablespacesOf(catalog, toc) : [],
    extensions: catalog.extensions,
    settings: settings.filter(({ name }) => request.tablespaces || !OF_TABLESPACES.test(name)),
  };
}

function isKept({ description, tag }: TocEntry, request: TargetRequest): boolean {
  const of = (kind: string): boolean => description.startsWith(kind) || isAbout({ description, tag }, kind);
  if (!request.privileges && (description === 'ACL' || description === 'DEFAULT ACL')) return false;
  if (!request.policies && (of('POLICY') || of('USER MAPPING'))) return false;
  return request.replication !== false || !(of('PUBLICATION') || of('SUBSCRIPTION'));
}

/** A comment, security label or grant names its object in its tag: `EVENT TRIGGER e`. */
function isAbout({ description, tag }: Pick<TocEntry, 'description' | 'tag'>, kind: string): boolean {
  return /^(COMMENT|SECURITY LABEL|ACL)$/.test(description) && tag.startsWith(`${kind} `);
}

function neededRoles({ owner, privileges, policies }: TargetRequest, catalog: Catalog): readonly CatalogRole[] {
  const all: readonly CatalogRole[] = [...catalog.roles, { name: catalog.database.owner, uses: ['owner'] }];
  return all.filter(
    ({ uses }) =>
      (owner && uses.includes('owner')) ||
      (privileges && uses.includes('privileges')) ||
      (policies && (uses.includes('policy') || uses.includes('user-mapping'))),
  );
}
