import { isBackuperError } from '@postgres-backuper/base';
import {
  type BackupId,
  dataKey,
  dataPrefix,
  dataRootPrefix,
  INDEX_NAME,
  parseLabel,
  parseRecordKey,
  recordPrefix,
  recordRootPrefix,
} from '@postgres-backuper/format';
import { atMost, FOLDERS_MAX } from '../backups/at-most.ts';
import type { StoredRecord } from '../backups/records.ts';
import type { CallOptions, Storage } from '../storage/storage.ts';
import { isOurs } from './sweep.ts';

/** A run counts as crashed when its newest object is older than this, milliseconds. */
export const LEFT_OVER_AGE_MS = 24 * 3_600_000;

/** Objects of a run without a commit: it failed or crashed, its deletion was interrupted, or it is still running. */
export interface LeftOver extends BackupId {
  readonly objects: number;
  readonly storedBytes: number;
  /** By the storage's clock, milliseconds since 1970. */
  readonly newestAt: number;
  /** Records that say that the run failed: it has ended. */
  readonly failures: readonly StoredRecord[];
  /** Of a full to which differentials may refer. */
  readonly hasIndex: boolean;
  /** In the order of their keys. */
  readonly heartbeats: readonly StoredRecord[];
  /** Why it cannot be read, e.g. a folder of it is a symbolic link. */
  readonly problem?: string;
}

/**
 * The left-overs of a name. `committed`: every label that has a commit, readable or not; `signed`: labels that
 * have a signature, with its time. Folders of other programs are skipped.
 */
export async function findLeftOvers(
  { name, committed, signed, signal }: LeftOverRequest,
  storage: Storage,
): Promise<LeftOver[]> {
  const options = { signal };
  const labels = new Set([...(await findRuns({ name, known: committed, signal }, storage)), ...signed.keys()]);
  const leftOvers: LeftOver[] = [];
  for (const label of [...labels].sort()) {
    if (committed.has(label) || parseLabel(label) === undefined) continue;
    const found = await measureWhere({ name, label }, storage, options);
    const signedAt = signed.get(label);
    const objects = found.objects + (signedAt === undefined ? 0 : 1);
    if (objects > 0 || found.problem !== undefined)
      leftOvers.push({ ...found, objects, newestAt: Math.max(found.newestAt, signedAt ?? 0) });
  }
  return leftOvers;
}

export interface LeftOverRequest extends CallOptions {
  readonly name: string;
  readonly committed: ReadonlySet<string>;
  readonly signed: ReadonlyMap<string, number>;
}

/** Labels with data or records, other than the known ones, in ascending order. Errors: those of the storage. */
export async function findRuns(
  { name, known, signal }: { readonly name: string; readonly known: ReadonlySet<string> } & CallOptions,
  storage: Storage,
): Promise<readonly string[]> {
  const labels = new Set<string>();
  for (const prefix of [dataRootPrefix(name), recordRootPrefix(name)]) {
    const folders = atMost(storage.folders(prefix, { signal }), { max: FOLDERS_MAX, what: 'folders', where: prefix });
    for await (const folder of folders) labels.add(folder);
  }
  return [...labels].filter((label) => !known.has(label) && parseLabel(label) !== undefined).sort();
}

async function measureWhere(id: BackupId, storage: Storage, options: CallOptions): Promise<LeftOver> {
  try {
    return await measure(id, storage, options);
  } catch (error) {
    if (!isBackuperError(error, 'storage-unsafe')) throw error;
    const nothing = { objects: 0, storedBytes: 0, newestAt: 0, failures: [], hasIndex: false, heartbeats: [] };
    return { ...id, ...nothing, problem: error.message };
  }
}

async function measure(id: BackupId, storage: Storage, options: CallOptions): Promise<LeftOver> {
  let [objects, storedBytes, newestAt] = [0, 0, 0];
  let hasIndex = false;
  const failures: StoredRecord[] = [];
  const heartbeats: StoredRecord[] = [];
  for (const prefix of [dataPrefix(id), recordPrefix(id)]) {
    for await (const object of storage.list(prefix, options)) {
      if (!isOurs(object.key)) continue;
      objects += 1;
      hasIndex ||= object.key === dataKey(id, INDEX_NAME);
      const record = parseRecordKey(object.key);
      if (record?.kind === 'backup-failed') failures.push({ ...record, storedAt: object.storedAt });
      if (record?.kind === 'heartbeat') heartbeats.push({ ...record, storedAt: object.storedAt });
      storedBytes += object.sizeBytes;
      newestAt = Math.max(newestAt, object.storedAt);
    }
  }
  return { ...id, objects, storedBytes, newestAt, failures, hasIndex, heartbeats };
}
