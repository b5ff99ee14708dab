import type { Catalog } from '@postgres-backuper/format';
import { mapEntryRoles, type RoleMap, type Toc } from '@postgres-backuper/postgres';
import type { LeaveOut } from '../entry-rules.ts';
import { mapCatalogRoles } from './map-catalog-roles.ts';
import { type LocaleRequest, withLocale } from './with-locale.ts';

/** What of the database is another one than in the backup, on request. */
export interface Adaptation extends LocaleRequest, Pick<LeaveOut, 'comments' | 'securityLabels'> {
  readonly roleMap?: RoleMap;
}

/** The catalog as it is restored: other roles, another locale, without comment and security labels. Pure. */
export function adaptCatalog(catalog: Catalog, request: Adaptation): Catalog {
  const mapped = mapCatalogRoles(catalog, request.roleMap ?? new Map());
  const { comment, securityLabels } = mapped.database;
  const database = {
    ...withLocale(mapped.database, request),
    comment: request.comments === false ? null : comment,
    securityLabels: request.securityLabels === false ? [] : securityLabels,
  };
  return { ...mapped, database };
}

/** The table of contents with other roles. Pure. */
export function adaptToc(toc: Toc, { roleMap }: Pick<Adaptation, 'roleMap'>): Toc {
  if (roleMap === undefined || roleMap.size === 0) return toc;
  return { ...toc, entries: toc.entries.map((entry) => mapEntryRoles(entry, roleMap)) };
}
