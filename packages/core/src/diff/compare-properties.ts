import type { Catalog } from '@postgres-backuper/format';
import { readableText } from '../restore/table-names.ts';
import type { Change } from './compare-tables.ts';

export interface ComparedExtension {
  readonly name: string;
  readonly change: Exclude<Change, 'same'>;
  /** Versions; null where there is none. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface ComparedRole {
  readonly name: string;
  readonly change: 'new' | 'gone';
}

/** Extensions that differ. Pure. */
export function compareExtensions(before: Catalog, after: Catalog): readonly ComparedExtension[] {
  const [old, now] = [before, after].map(
    ({ extensions }) => new Map(extensions.map(({ name, version }) => [name, version])),
  );
  const names = [...new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])].sort();
  return names.flatMap((name): readonly ComparedExtension[] => {
    const versions = { before: old?.get(name) ?? null, after: now?.get(name) ?? null };
    if (versions.before === versions.after) return [];
    const change = versions.before === null ? 'new' : versions.after === null ? 'gone' : 'changed';
    return [{ name, change, ...versions }];
  });
}

/** Roles to which one of the databases alone refers. Pure. */
export function compareRoles(before: Catalog, after: Catalog): readonly ComparedRole[] {
  const [old, now] = [rolesOf(before), rolesOf(after)];
  const names = [...new Set([...old, ...now])].sort().filter((name) => !(old.has(name) && now.has(name)));
  return names.map((name) => ({ name, change: old.has(name) ? 'gone' : 'new' }));
}

function rolesOf({ roles, dump }: Catalog): ReadonlySet<string> {
  return new Set(roles.map(({ name }) => readableText(name, dump.clusterEncoding)));
}

/** The properties of the database that differ, by their names in the catalog. Pure. */
export function compareDatabase({ database: before }: Catalog, { database: after }: Catalog): readonly string[] {
  const names = Object.keys(after) as (keyof typeof after)[];
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
