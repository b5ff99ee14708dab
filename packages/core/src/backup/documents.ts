import type { Cipher } from '../cipher.ts';
import type { Context } from '../context.ts';
import { writeCatalog } from '../format/catalog.ts';
import type { Commit } from '../format/commit.ts';
import { catalogName, OBJECTS_NAME } from '../format/keys.ts';
import { writeObjects } from '../format/objects.ts';
import { digestOf } from '../pipeline/seal.ts';
import type { Store } from '../pipeline/store.ts';
import type { DumpedDatabase } from './dump-database.ts';

export interface DocumentsRequest {
  readonly name: string;
  readonly label: string;
  readonly startedAt: number;
  readonly serverVersion: string;
  readonly clientVersion: string;
  readonly encryption: Commit['encryption'];
}

/** Stores the catalog and, after it, the list of all objects. Returns the commit that covers them; it is not stored yet. */
export async function storeDocuments(
  request: DocumentsRequest,
  { dumped, store, cipher }: { dumped: DumpedDatabase; store: Store; cipher: Cipher },
  context: Context,
): Promise<Commit> {
  const md5 = store.destinations.some((destination) => destination.storage.listsMd5);
  const { name, label } = request;
  const { contents, inventory } = dumped;
  const catalog = await writeCatalog({
    version: 1,
    name,
    label,
    dump: {
      encoding: inventory.properties.encoding,
      pgDumpVersion: contents.toc.pgDumpVersion,
      serverVersion: contents.toc.serverVersion,
      list: contents.list,
    },
    database: inventory.properties,
    files: contents.files(),
    tables: contents.tables,
    extensions: inventory.extensions,
    roles: rolesOf(dumped),
    warnings: dumped.warnings,
    exclusions: dumped.exclusions,
  });
  await store.put(
    catalogName(request.encryption.profile !== 'none'),
    digestOf(await cipher.encrypt(catalog), md5),
    context.signal,
  );
  const objects = [...store.objects].sort((a, b) => (a.key < b.key ? -1 : 1));
  const objectsDocument = digestOf(await writeObjects({ version: 1, name, label, objects }), md5);
  const storedBytes = store.storedBytes;
  await store.put(OBJECTS_NAME, objectsDocument, context.signal);
  return {
    version: 1,
    tool: context.tool,
    name,
    label,
    type: 'full',
    parent: null,
    database: dumped.identity,
    serverVersion: request.serverVersion,
    clientVersion: request.clientVersion,
    startedAt: new Date(request.startedAt).toISOString(),
    finishedAt: new Date(context.clock.now()).toISOString(),
    encryption: request.encryption,
    totals: {
      rawBytes: dumped.rawBytes,
      storedBytes,
      segments: dumped.segments,
      tables: contents.tables.length,
      rows: contents.tables.reduce((sum, table) => sum + table.rows, 0),
    },
    warnings: dumped.warnings.length,
    exclusions: dumped.exclusions.length,
    objects: { sizeBytes: objectsDocument.bytes.length, sha256: objectsDocument.sha256 },
  };
}

/** Owners stand in the archive too: the bootstrap superuser has no entry in pg_shdepend. */
function rolesOf({ contents, inventory }: DumpedDatabase): string[] {
  const owners = contents.toc.entries.map((entry) => entry.owner).filter((owner) => owner !== '');
  return [...new Set([...inventory.roles, ...owners, inventory.properties.owner])].sort();
}
