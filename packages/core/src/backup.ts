import type { Context } from '@postgres-backuper/base';
import {
  type BackupId,
  type CatalogTable,
  type Commit,
  createLabel,
  dataKey,
  parseLabel,
  type SaidOfBackup,
} from '@postgres-backuper/format';
import { addressOf, type Server } from '@postgres-backuper/postgres';
import {
  createStore,
  type Repository,
  readFullMark,
  requireOne,
  type Store,
  startHeartbeat,
  type Threads,
} from '@postgres-backuper/repository';
import { checkFirst } from './backup/check-first.ts';
import { type BackupInSet, chooseSet, type SetRequest } from './backup/choose-set.ts';
import { commitTo } from './backup/commit.ts';
import { storeDocuments } from './backup/documents.ts';
import { dumpDatabase } from './backup/dump-database.ts';
import type { DumpDatabaseRequest } from './backup/dump-request.ts';
import { type ImportedFrom, ofNoServer } from './backup/imported.ts';
import {
  createHolderParts,
  type HolderParts,
  type PartsRequest,
  removeForParts,
  takeLabel,
} from './backup/parts/holder-parts.ts';
import { prepareRemoval } from './backup/remove-failed.ts';
import { type BackupResult, describeBackup } from './backup/result.ts';
import { type RotationRequest, rotate } from './backup/rotate.ts';
import { gainText } from './backup/set-gain.ts';
import { settingsOf } from './backup/set-settings.ts';
import type { UnreadRequest } from './backup/unread.ts';

export interface BackupRequest
  extends Omit<DumpDatabaseRequest, 'label' | 'encrypted' | 'connections' | 'roleOf' | 'unread' | 'parts'> {
  /** The identity of what is backed up. */
  readonly name: string;
  /** What people say of it, one line. */
  readonly note?: string | undefined;
  /** Its own expiry after its start, milliseconds; undefined: the rules of retention decide. */
  readonly expireAfterMs?: number | undefined;
  /** Given by the user, with `parts` alone; undefined: a new one. */
  readonly label?: string | undefined;
  /** Undefined: this run reads the whole database. */
  readonly parts?: PartsRequest | undefined;
  /** Undefined: do not prune. */
  readonly rotation: RotationRequest | undefined;
  /** The database was loaded from an old file, to make a backup of that. */
  readonly imported?: ImportedFrom;
  /** Undefined: a full that is no parent of differentials. */
  readonly set?: SetRequest | undefined;
  /** Undefined: differentials read every table. */
  readonly skipUnchanged?: Pick<UnreadRequest, 'verifyShare'> | undefined;
}

export interface BackupServices {
  readonly server: Server;
  /** At least one. The dump is encrypted once, with the first one's cipher. */
  readonly destinations: readonly Repository[];
  /** Undefined: segments are sealed on this thread and Node's thread pool. */
  readonly sealThreads?: Threads;
  /** Called with the tables of the backup once it is stored: the catalog is encrypted. */
  readonly onTables?: (tables: readonly CatalogTable[]) => void;
  /** Called when the checks have passed and nothing is stored yet. Its error ends the backup. */
  readonly beforeDump?: ((id: BackupId) => Promise<void>) | undefined;
}

/**
 * Makes one backup of one database: check → beforeDump → snapshot → dump → compress → encrypt → store → confirm → validate →
 * commit → confirm again → prune. A failed run removes what it stored. Resolves when the backup is committed in at
 * least one repository; `destinations` of the result has one entry per repository, with the problem of each that
 * failed. Errors: those of the checks, of dumpDirectory, of the storage.
 */
export async function backup(
  request: BackupRequest,
  services: BackupServices,
  context: Context,
): Promise<BackupResult> {
  const begunAt = context.clock.elapsed();
  const { imported } = request;
  const { id, startedAt } = identify(request, context);
  const repositories = services.destinations;
  const [first] = repositories as readonly [Repository];
  const { cipher, encryption: profile } = first;
  context.emit({ type: 'phase', phase: 'check', text: 'checking server, keys and repository' });
  const { client, serverVersion, connections, failures } = await checkFirst(request, services, context);
  await services.beforeDump?.(id);

  const storages = repositories.map((repository) => repository.storage);
  const store = createStore(storages, (name) => dataKey(id, name), context);
  for (const [index, destination] of store.destinations.entries()) destination.failure = failures[index];
  const parts = await beginParts({ ...request, id }, { store, first }, { repositories, context });
  const heartbeat = startHeartbeat(id, repositories, context);
  const undo = prepareRemoval(id, context);
  const settings = settingsOf({ ...request, cipher });
  const made = { ...request, startedAt, serverVersion, encryption: encryptionOf(first), settings };
  const working = () => repositories.filter((_, index) => store.destinations[index]?.failure === undefined);
  try {
    const ofServer = await dumpDatabase(
      { ...request, ...id, encrypted: profile !== 'none', connections, parts, ...roleOf(made, working, context) },
      { client, cipher, store, sealThreads: services.sealThreads },
      context,
    );
    const dumped = imported === undefined ? ofServer : { ...ofServer, identity: ofNoServer(ofServer.identity) };
    const encryption = encryptionOf(first);
    const version = { serverVersion, clientVersion: client.programs.version };
    const said = saidOf(request, startedAt);
    const facts = { ...id, startedAt, ...version, encryption, said, origin: imported?.origin };
    const commit = await storeDocuments(facts, { dumped, store, cipher }, context);
    const warnings = [...dumped.warnings];
    for (const [index, destination] of store.destinations.entries()) {
      const repository = repositories[index] as Repository;
      warnings.push(...(await commitTo({ commit, objects: store.objects }, { repository, destination }, context)));
    }
    requireOne(store.destinations);
    await undo(store.destinations.filter(({ failure }) => failure !== undefined));
    if (parts !== undefined) await removeForParts(id, store, context);
    const rotations = await rotate(request, { destinations: store.destinations, repositories }, context);
    services.onTables?.(dumped.contents.tables);
    const durationMs = Math.round(context.clock.elapsed() - begunAt);
    const server = imported?.origin.file ?? addressOf(services.server);
    const incremental = request.set?.incremental === true;
    const run = { server, warnings, durationMs, destinations: store.destinations, rotations, incremental };
    const result = describeBackup({ commit, dumped, parts: parts?.stored ?? [], ...run });
    tellGain(result, context);
    return result;
  } catch (error) {
    await heartbeat.end();
    await undo(store.destinations, error);
    throw error;
  } finally {
    await parts?.end();
    await heartbeat.end();
  }
}

function saidOf({ note, expireAfterMs }: BackupRequest, startedAt: number): SaidOfBackup {
  return {
    ...(note === undefined ? {} : { note }),
    ...(expireAfterMs === undefined ? {} : { expiresAt: new Date(startedAt + expireAfterMs).toISOString() }),
  };
}

/** A label that the user gives is as old as the backup. */
function identify({ name, label, imported }: BackupRequest, { clock }: Context) {
  const given = label === undefined ? undefined : parseLabel(label)?.startedAt;
  const startedAt = imported?.startedAt ?? given ?? clock.now();
  return { id: { name, label: label ?? createLabel(startedAt) }, startedAt };
}

/** Errors: backup-exists, those of the storage. */
async function beginParts(
  { parts, id }: Pick<BackupRequest, 'parts'> & { readonly id: BackupId },
  { store, first }: { readonly store: Store; readonly first: Repository },
  { repositories, context }: { readonly repositories: readonly Repository[]; readonly context: Context },
): Promise<HolderParts | undefined> {
  if (parts === undefined) return undefined;
  const { cipher, encryption } = first;
  const place = { id, binding: { ...id, key: parts.key }, destinations: store.destinations };
  await takeLabel(place, repositories, context);
  for (const destination of store.destinations) destination.isUsed = destination.failure === undefined;
  context.emit({ type: 'notice', text: `the label of this backup is ${id.label}` });
  return createHolderParts({ ...parts, id }, { store, cipher, encryption }, context);
}

function tellGain(result: BackupResult, { emit }: Context): void {
  const text = gainText(result);
  if (text !== undefined) emit({ type: 'notice', text });
}

/** What the backup is in its set is decided when its database is known. */
function roleOf(
  made: BackupRequest & Omit<BackupInSet, 'identity' | 'rawBytes'>,
  working: () => readonly Repository[],
  context: Context,
): Pick<DumpDatabaseRequest, 'roleOf' | 'unread'> {
  const { set, skipUnchanged } = made;
  if (set === undefined || made.imported !== undefined) return {};
  const markOf: UnreadRequest['markOf'] = async (full, { keys }) => {
    const [first] = working();
    return first === undefined ? 'no repository is left' : readFullMark(full, first, { keys, signal: context.signal });
  };
  return {
    unread: skipUnchanged && set.incremental ? { ...skipUnchanged, markOf } : undefined,
    roleOf: async (found) => {
      const role = await chooseSet(set, { ...made, ...found }, { destinations: working(), context });
      const is = role.type === 'full' ? `a full backup: ${role.why}` : `a differential of '${role.parent.label}'`;
      if (set.incremental) context.emit({ type: 'notice', text: `this is ${is}` });
      return role;
    },
  };
}

function encryptionOf({ cipher, encryption }: Repository): Commit['encryption'] {
  const { recipients } = cipher;
  return { profile: encryption, recipients, passphrase: encryption !== 'none' && recipients.length === 0 };
}
