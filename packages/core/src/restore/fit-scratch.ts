import type { Context } from '@postgres-backuper/base';
import type { Catalog, DatabaseProperties } from '@postgres-backuper/format';
import type { Toc } from '@postgres-backuper/postgres';
import { chooseEntries } from './choose-entries.ts';
import { examineTarget, type TargetServices } from './prepare-target.ts';
import type { RestoreDatabaseRequest } from './restore-run.ts';
import { type FindingKind, isBlocking } from './target/finding.ts';
import { tablespacesOf } from './target-tablespaces.ts';

/** A restore into a scratch database, without what the server cannot take. */
export interface FittedScratch {
  readonly request: RestoreDatabaseRequest;
  readonly catalog: Catalog;
  /** What of the backup is not drilled. */
  readonly notTested: readonly string[];
}

/** What is left out where the server lacks roles, as little as possible; roles are never made there. */
const WITHOUT_ROLES = [
  { owner: false, privileges: false, policies: true },
  { owner: true, privileges: true, policies: false },
  { owner: false, privileges: false, policies: false },
] as const;

/**
 * Leaves out of a drill what depends on its cluster, as little as possible: roles, tablespaces, the collation. Whatever
 * else the server lacks stays, and has a verdict of its own. Errors: those of examineTarget.
 */
export async function fitScratch(
  asked: RestoreDatabaseRequest,
  services: TargetServices,
  context: Context,
): Promise<FittedScratch> {
  const { toc } = services;
  const roles: Partial<RestoreDatabaseRequest>[] = [...WITHOUT_ROLES];
  const locales = fallbacks(services.catalog.database);
  let fitted = { request: asked, catalog: services.catalog };
  for (;;) {
    const blocking = await blockingKinds(fitted, services, context);
    const { request, catalog } = fitted;
    const fewer = blocking.has('role') || blocking.has('owner') ? roles.shift() : undefined;
    const locale = blocking.has('locale') ? locales.shift() : undefined;
    const noSpaces = blocking.has('tablespace') && request.tablespaces ? { tablespaces: false } : undefined;
    if (fewer === undefined && locale === undefined && noSpaces === undefined) break;
    fitted = {
      request: { ...request, ...fewer, ...noSpaces },
      catalog: { ...catalog, database: { ...catalog.database, ...locale } },
    };
  }
  const notTested = differences(fitted, services.catalog, toc);
  return { ...fitted, notTested };
}

async function blockingKinds(
  { request, catalog }: { readonly request: RestoreDatabaseRequest; readonly catalog: Catalog },
  { toc, ...services }: TargetServices,
  context: Context,
): Promise<ReadonlySet<FindingKind>> {
  const { kept } = chooseEntries(toc, { ...request, needed: undefined, schemaOnly: false });
  const examined = await examineTarget(request, { ...services, catalog, toc: { ...toc, entries: kept } }, context);
  return new Set(examined.findings.filter(isBlocking).map(({ kind }) => kind));
}

/** Locales that servers have, the nearest first: C is in all of them. */
function fallbacks({ encoding }: DatabaseProperties): Partial<DatabaseProperties>[] {
  const names = encoding === 'UTF8' ? ['C.UTF-8', 'C'] : ['C'];
  return names.map((name) => ({ collate: name, ctype: name, localeProvider: 'libc', locale: null, icuRules: null }));
}

function differences(
  { request, catalog }: { readonly request: RestoreDatabaseRequest; readonly catalog: Catalog },
  original: Catalog,
  toc: Toc,
): readonly string[] {
  const hasTablespaces = tablespacesOf(original, toc).length > 0;
  return [
    ...(request.owner ? [] : ['owners and grants']),
    ...(request.policies ? [] : ['policies and user mappings']),
    ...(request.tablespaces || !hasTablespaces ? [] : ['tablespaces']),
    ...(catalog.database.collate === original.database.collate &&
    catalog.database.localeProvider === original.database.localeProvider
      ? []
      : ['collation']),
  ];
}
