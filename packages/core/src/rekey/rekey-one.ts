import { BackuperError, type Context, eachConcurrently, numberOf, say } from '@postgres-backuper/base';
import {
  type Catalog,
  type Commit,
  catalogName,
  createLabel,
  dataKey,
  INDEX_NAME,
  OBJECTS_NAME,
  type ObjectEntry,
  REKEYED_INDEX,
  type Standing,
  totalsOf,
  writeCatalog,
  writeObjects,
} from '@postgres-backuper/format';
import {
  createStore,
  digestOf,
  type Repository,
  readDocuments,
  readStored,
  requireOne,
  type Store,
  startHeartbeat,
} from '@postgres-backuper/repository';
import { commitTo } from '../backup/commit.ts';
import { prepareRemoval } from '../backup/remove-failed.ts';

/** Segments in memory at once, each twice. */
const CONCURRENCY = 3;

export interface OldBackup {
  readonly commit: Commit;
  /** What the new backup stands on. */
  readonly standing: Standing;
}

/** Stores one backup anew for the recipients of the cipher, and commits it. A failed run removes what it stored. Errors: those of the storage and the keys. */
export async function rekeyOne(
  { commit: old, standing }: OldBackup,
  repository: Repository,
  context: Context,
): Promise<Commit> {
  const id = { name: old.name, label: createLabel(Date.parse(old.startedAt)) };
  const { signal, emit } = context;
  emit({ type: 'phase', phase: 'data', text: `rekeying '${old.label}': ${numberOf(old.totals.segments, 'segment')}` });
  const store = createStore([repository.storage], (name) => dataKey(id, name), context);
  const heartbeat = startHeartbeat(id, [repository], context);
  const undo = prepareRemoval(id, context);
  try {
    const { catalog, segments, hasIndex } = await readDocuments(old, repository, { signal });
    if (hasIndex) await store.put(INDEX_NAME, digestOf(REKEYED_INDEX, repository.storage.listsMd5), signal);
    await storeSegments(old, { segments, store, repository }, signal);
    const encryption = encryptionOf(repository);
    const backup = { ...withoutStanding(catalog.backup), ...standing, encryption };
    const commit = await storeDocuments({ ...catalog, label: id.label, backup }, { old, store, repository }, signal);
    const [destination] = store.destinations;
    if (destination !== undefined)
      await commitTo({ commit, objects: store.objects }, { repository, destination }, context);
    requireOne(store.destinations);
    return commit;
  } catch (error) {
    await heartbeat.end();
    await undo(store.destinations, error);
    throw error;
  } finally {
    await heartbeat.end();
  }
}

interface Work {
  readonly store: Store;
  readonly repository: Repository;
}

async function storeSegments(
  old: Commit,
  { segments, store, repository }: Work & { readonly segments: Iterable<ObjectEntry> },
  signal: AbortSignal,
): Promise<void> {
  const { storage, cipher } = repository;
  await eachConcurrently(segments, CONCURRENCY, async (entry) => {
    const message = await readStored(dataKey(old, entry.key), entry, { storage, signal });
    const rekeyed = await requireRekey(cipher)(message);
    await store.put(entry.key, digestOf(rekeyed, storage.listsMd5), signal);
  });
}

function requireRekey({ rekey }: Repository['cipher']) {
  if (rekey !== undefined) return rekey;
  throw new BackuperError('key-missing', 'there are no recipients to rekey backups for', {
    hint: `set ${say.option('publicKey')}`,
  });
}

async function storeDocuments(
  catalog: Catalog,
  { old, store, repository: { cipher, storage } }: Work & { readonly old: Commit },
  signal: AbortSignal,
): Promise<Commit> {
  const { name, label } = catalog;
  const md5 = storage.listsMd5;
  const message = await cipher.encrypt(await writeCatalog(catalog));
  await store.put(catalogName(true), digestOf(message, md5), signal);
  const { objects } = store;
  const totals = totalsOf(catalog, objects); // the list does not list itself
  const list = digestOf(await writeObjects({ version: 1, name, label, objects }), md5);
  await store.put(OBJECTS_NAME, list, signal);
  return {
    ...withoutStanding(old),
    ...catalog.backup,
    ...{ version: 1, name, label, totals },
    objects: { sizeBytes: list.bytes.length, sha256: list.sha256 },
  };
}

/** A full has no `parentObjects`. */
function withoutStanding<Value extends Standing>({ parentObjects: _, ...rest }: Value): Omit<Value, 'parentObjects'> {
  return rest;
}

function encryptionOf({ cipher: { recipients } }: Repository): Commit['encryption'] {
  return { profile: 'openpgp', recipients, passphrase: false };
}
