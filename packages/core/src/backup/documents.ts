import { BackuperError, type Context, say } from '@postgres-backuper/base';
import {
  type BackupFacts,
  type Catalog,
  type CatalogOrigin,
  type CatalogRole,
  type Commit,
  catalogName,
  INDEX_NAME,
  isSliced,
  MARK_NAME,
  OBJECTS_NAME,
  type ObjectList,
  type SaidOfBackup,
  SEGMENT_RANGES,
  SEGMENTS_MAX,
  SLICES,
  type Standing,
  segmentNumber,
  totalsOf,
  writeCatalog,
  writeMark,
  writeObjects,
} from '@postgres-backuper/format';
import { isPortable } from '@postgres-backuper/postgres';
import { type Cipher, digestOf, type Store, setOf } from '@postgres-backuper/repository';
import type { DumpedDatabase } from './dump-snapshot.ts';
import { fullMark } from './unread.ts';

export interface DocumentsRequest {
  readonly name: string;
  readonly label: string;
  readonly startedAt: number;
  readonly serverVersion: string;
  readonly clientVersion: string;
  readonly encryption: Commit['encryption'];
  readonly said: SaidOfBackup;
  /** Undefined: it is of the database itself. */
  readonly origin: CatalogOrigin | undefined;
}

/** Stores the catalog, then the list of all objects. Returns the commit that covers them, not yet stored. */
export async function storeDocuments(
  request: DocumentsRequest,
  { dumped, store, cipher }: { dumped: DumpedDatabase; store: Store; cipher: Cipher },
  context: Context,
): Promise<Commit> {
  const md5 = store.destinations.some((destination) => destination.storage.listsMd5);
  const { name, label } = request;
  for (const [key, bytes] of partsForDifferentials(request, { dumped, store })) {
    await store.put(key, digestOf(bytes, md5), context.signal);
  }
  const facts = factsFrom(request, dumped, context);
  const catalog = catalogOf(request, { dumped, facts });
  await store.put(
    catalogName(request.encryption.profile !== 'none'),
    digestOf(await cipher.encrypt(await writeCatalog(catalog)), md5),
    context.signal,
  );
  const { objects } = store;
  refuseTooMany(objects);
  const totals = totalsOf(catalog, objects); // the list does not list itself
  const critical = [
    ...(hasGaps(objects, totals.segments) ? [SEGMENT_RANGES] : []),
    ...(catalog.files.some(isSliced) ? [SLICES] : []),
  ];
  const objectsDocument = digestOf(await writeObjects({ version: 1, name, label, objects }), md5);
  await store.put(OBJECTS_NAME, objectsDocument, context.signal);
  return {
    ...{ version: 1, name, label, ...facts },
    finishedAt: new Date(context.clock.now()).toISOString(),
    totals,
    ...(critical.length === 0 ? {} : { critical }),
    warnings: catalog.warnings.length,
    exclusions: catalog.exclusions.length,
    objects: { sizeBytes: objectsDocument.bytes.length, sha256: objectsDocument.sha256 },
  };
}

/** Several jobs together: each alone ends before. Errors: configuration-invalid. */
function refuseTooMany(objects: ObjectList): void {
  if (objects.length <= SEGMENTS_MAX) return;
  throw new BackuperError('configuration-invalid', `the jobs stored more than ${SEGMENTS_MAX} segments together`, {
    hint: `give all of them a larger size with ${say.option('segmentSize')}: at most 64MiB`,
  });
}

/** Whether workers stored segments in ranges of their own. */
function hasGaps(objects: ObjectList, segments: number): boolean {
  let last: number | undefined;
  for (const { key } of objects) last = segmentNumber(key) ?? last;
  return last !== undefined && last !== segments - 1;
}

/** What only a full in a set has. */
function partsForDifferentials(
  request: DocumentsRequest,
  { dumped: { index, mark, role, contents }, store }: { readonly dumped: DumpedDatabase; readonly store: Store },
): readonly (readonly [key: string, bytes: Buffer])[] {
  if (role?.type !== 'full') return [];
  const set = setOf(request, store.objects);
  const chunks = index?.(set);
  return [
    ...(chunks === undefined ? [] : [[INDEX_NAME, chunks] as const]),
    ...(mark === undefined
      ? []
      : [[MARK_NAME, writeMark(fullMark(mark, contents), { key: role.keys.mark, set })] as const]),
  ];
}

function factsFrom(request: DocumentsRequest, { identity, role }: DumpedDatabase, { tool }: Context): BackupFacts {
  const { serverVersion, clientVersion, encryption, origin, said } = request;
  const startedAt = new Date(request.startedAt).toISOString();
  return {
    ...{ tool, ...standingOf(role), database: identity },
    ...{ serverVersion, clientVersion, startedAt, encryption },
    ...(origin === undefined ? {} : { imported: true }),
    ...said,
  };
}

function standingOf(role: DumpedDatabase['role']): Standing {
  if (role?.type !== 'differential') return { type: 'full', parent: null };
  return { type: 'differential', parent: role.parent.label, parentObjects: role.parent.objects };
}

function catalogOf(
  { name, label, origin }: DocumentsRequest,
  { dumped, facts }: { dumped: DumpedDatabase; facts: BackupFacts },
): Catalog {
  const { contents, inventory } = dumped;
  return {
    ...{ version: 1, name, label, backup: facts },
    ...(origin === undefined ? {} : { origin }),
    dump: {
      encoding: inventory.properties.encoding,
      pgDumpVersion: contents.toc.pgDumpVersion,
      serverVersion: contents.toc.serverVersion,
      list: contents.list,
      clusterEncoding: dumped.clusterEncoding,
    },
    database: inventory.properties,
    files: contents.files(),
    tables: contents.tables,
    extensions: inventory.extensions,
    roles: rolesOf(dumped),
    ...configurationOf(dumped),
    warnings: [...dumped.warnings],
    exclusions: dumped.exclusions,
  };
}

function configurationOf({ configuration }: DumpedDatabase): Pick<Catalog, 'serverSettings' | 'hbaRules'> {
  if (configuration === undefined) return {};
  const { settings, hbaRules } = configuration;
  return { serverSettings: settings, ...(hbaRules === undefined ? {} : { hbaRules }) };
}

/**
 * Adds the owners named in the archive: the bootstrap superuser has no entry in pg_shdepend. The archive has names in
 * the encoding of the dump, the catalog as the session reads them.
 */
function rolesOf({ contents, inventory }: DumpedDatabase): CatalogRole[] {
  const { roles, bootstrapRole, properties } = inventory;
  const { encoding } = properties;
  const isSame = (owner: string): boolean =>
    encoding === 'UTF8' || encoding === 'SQL_ASCII' || isPortable(owner, encoding);
  const owners = contents.toc.entries.flatMap(({ owner, description }) =>
    owner === '' || /\bACL\b/.test(description) ? [] : owner,
  );
  const known = owners.filter(isSame);
  const others = known.length < owners.length && !isPortable(bootstrapRole, encoding) ? [bootstrapRole] : [];
  const all = new Map(roles.map(({ name, uses }) => [name, new Set(uses)]));
  for (const name of new Set([...known, ...others, properties.owner])) {
    all.set(name, new Set([...(all.get(name) ?? []), 'owner']));
  }
  const names = [...all.keys()].sort();
  return names.map((name) => ({ name, uses: [...(all.get(name) ?? [])].sort() }));
}
