import type { Context } from '@postgres-backuper/base';
import { freeMemory } from '@postgres-backuper/base/own-memory';
import { type Commit, dataKey, type ObjectEntry, type ObjectList, type Piece } from '@postgres-backuper/format';
import {
  type BackupDocuments,
  collecting,
  createSegmentOpener,
  type Damage,
  openObjects,
  type Repository,
  readSet,
  readStored,
  type SegmentOpener,
} from '@postgres-backuper/repository';
import { requireKey } from '../restore/opened-backup.ts';
import { createLoadProgress } from '../restore/progress.ts';
import type { VerifyServices } from './contract.ts';
import { type CheckedTable, createFileCheck } from './file-check.ts';
import { createTocCheck } from './toc-check.ts';
import { checkDifferential } from './verify-differential.ts';

export interface ContentCheck {
  readonly damage: readonly Damage[];
  readonly tables: readonly CheckedTable[];
  readonly objects: number;
}

/**
 * Reads, decrypts, decompresses and hashes every object. Lists all damage, not only the first.
 * Errors: key-missing, key-wrong, passphrase-wrong, those of the storage.
 */
export async function verifyContent(
  commit: Commit,
  { repository, openThreads }: VerifyServices,
  context: Context,
): Promise<ContentCheck> {
  requireKey(commit, repository);
  const { signal } = context;
  const damage: Damage[] = [];
  const documents = await collecting(damage, undefined, () => readSet(commit, repository, { signal }));
  if (documents === undefined) {
    const objects = await checkStoredBytes(commit, repository, { damage, context });
    return { damage, tables: [], objects };
  }
  if (documents.full !== undefined) {
    const backup = { ...documents, commit, repository, passedOver: [] };
    const checked = await checkDifferential(backup, context);
    return { ...checked, damage: [...damage, ...checked.damage] };
  }
  const opener = createSegmentOpener({ commit, repository }, openThreads);
  const tables = await checkSegments(documents, { commit, opener, damage }, context).finally(() => opener.close());
  return { damage, tables, objects: documents.segments.length + 2 };
}

interface Work {
  readonly commit: Commit;
  readonly opener: SegmentOpener;
  readonly damage: Damage[];
}

async function checkSegments(
  { catalog, segments }: BackupDocuments,
  { commit, opener, damage }: Work,
  context: Context,
): Promise<readonly CheckedTable[]> {
  const files = createFileCheck(catalog);
  const toc = await collecting(damage, undefined, async () => createTocCheck(catalog));
  const bytes = catalog.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  let storedBytes = 0;
  const progress = createLoadProgress({ tables: catalog.tables.length, bytes }, () => storedBytes, context);
  const open = (entry: ObjectEntry): Promise<readonly Piece[] | undefined> =>
    collecting(damage, dataKey(commit, entry.key), () => opener.open(entry, { signal: context.signal }));
  try {
    for await (const { number, entry, pieces } of ahead(segments, opener.count, open)) {
      storedBytes += entry.sizeBytes;
      const key = dataKey(commit, entry.key);
      const wrong = pieces === undefined ? '' : files.segment(number, pieces);
      for (const { data } of pieces ?? []) progress.count(data.length);
      if (wrong === undefined) toc?.take(pieces ?? []);
      for (const { data } of pieces ?? []) freeMemory(data);
      if (wrong === undefined) continue;
      const lost = files.lost(number);
      if (wrong !== '') damage.push({ object: key, text: `object '${key}' ${wrong}` });
      const last = damage.findIndex((item) => item.object === key);
      const [found] = damage.splice(last, 1);
      if (found !== undefined) damage.push({ ...found, text: `${found.text}; it holds data of ${listed(lost)}` });
    }
    const result = files.end();
    damage.push(...result.damage);
    await collecting(damage, undefined, async () => toc?.end());
    return result.tables;
  } finally {
    progress.end();
  }
}

/** Yields segments in order; while one is hashed the next `count` are opened, and one more is read. */
async function* ahead(
  segments: ObjectList,
  count: number,
  open: (entry: ObjectEntry) => Promise<readonly Piece[] | undefined>,
): AsyncGenerator<{
  readonly number: number;
  readonly entry: ObjectEntry;
  readonly pieces: readonly Piece[] | undefined;
}> {
  const next = segments[Symbol.iterator]();
  const opening: { readonly entry: ObjectEntry; readonly pieces: Promise<readonly Piece[] | undefined> }[] = [];
  for (let number = 0; ; number += 1) {
    while (opening.length < count + 2) {
      const { value: entry, done } = next.next();
      if (done === true) break;
      const pieces = open(entry);
      pieces.catch(() => undefined); // thrown when its turn comes
      opening.push({ entry, pieces });
    }
    const first = opening.shift();
    if (first === undefined) return;
    yield { number, entry: first.entry, pieces: await first.pieces };
  }
}

/** Without a catalog, the SHA-256 of each object can still be checked. */
async function checkStoredBytes(
  commit: Commit,
  repository: Repository,
  { damage, context }: { damage: Damage[]; context: Context },
): Promise<number> {
  const { signal } = context;
  const entries: ObjectEntry[] = [];
  await collecting([], undefined, async () => {
    for await (const entry of openObjects(commit, repository, { signal })) entries.push(entry);
  });
  for (const entry of entries) {
    const key = dataKey(commit, entry.key);
    if (damage.some(({ text }) => text.includes(`'${key}'`))) continue;
    await collecting(damage, key, () => readStored(key, entry, { ...repository, signal }));
  }
  return entries.length + 1;
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).map((name) => `'${name}'`);
  return names.length > 5 ? `${shown.join(', ')} and ${names.length - 5} more` : shown.join(', ') || 'no file';
}
