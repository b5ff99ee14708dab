import type { Context } from '../context.ts';
import type { Commit } from '../format/commit.ts';
import { dataKey } from '../format/keys.ts';
import type { ObjectEntry } from '../format/objects.ts';
import type { Piece } from '../format/segment.ts';
import { requireKey } from '../load/opened-backup.ts';
import { createLoadProgress } from '../load/progress.ts';
import { type BackupDocuments, openObjects, readDocuments, readSegmentPieces, readStored } from '../repository/read.ts';
import type { Repository } from '../repository/repository.ts';
import { collecting, type Damage } from './damage.ts';
import { type CheckedTable, createFileCheck } from './file-check.ts';

export interface ContentCheck {
  readonly damage: readonly Damage[];
  readonly tables: readonly CheckedTable[];
  readonly objects: number;
}

/**
 * Reads every object, decrypts, decompresses and hashes all that is in it. All damage is listed, not the first.
 * Errors: key-missing, key-wrong, passphrase-wrong, those of the storage.
 */
export async function verifyContent(commit: Commit, repository: Repository, context: Context): Promise<ContentCheck> {
  requireKey(commit, repository);
  const { signal } = context;
  const damage: Damage[] = [];
  const documents = await collecting(damage, undefined, () => readDocuments(commit, repository, { signal }));
  if (documents === undefined) {
    const objects = await checkStoredBytes(commit, repository, { damage, context });
    return { damage, tables: [], objects };
  }
  const tables = await checkSegments(documents, { commit, repository, damage }, context);
  return { damage, tables, objects: documents.segments.length + 2 };
}

interface Work {
  readonly commit: Commit;
  readonly repository: Repository;
  readonly damage: Damage[];
}

async function checkSegments(
  { catalog, segments }: BackupDocuments,
  { commit, repository, damage }: Work,
  context: Context,
): Promise<readonly CheckedTable[]> {
  const files = createFileCheck(catalog);
  const bytes = catalog.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  let storedBytes = 0;
  const progress = createLoadProgress({ tables: catalog.tables.length, bytes }, () => storedBytes, context);
  const open = (entry: ObjectEntry): Promise<Piece[] | undefined> =>
    collecting(damage, dataKey(commit, entry.key), () =>
      readSegmentPieces({ commit, entry }, repository, { signal: context.signal }),
    );
  try {
    for await (const { number, entry, pieces } of ahead(segments, open)) {
      storedBytes += entry.sizeBytes;
      const key = dataKey(commit, entry.key);
      const wrong = pieces === undefined ? '' : files.segment(number, pieces);
      for (const piece of pieces ?? []) progress.count(piece.data.length);
      if (wrong === undefined) continue;
      const lost = files.lost(number);
      if (wrong !== '') damage.push({ object: key, text: `object '${key}' ${wrong}` });
      const last = damage.findIndex((item) => item.object === key);
      const [found] = damage.splice(last, 1);
      if (found !== undefined) damage.push({ ...found, text: `${found.text}; it holds data of ${listed(lost)}` });
    }
    const result = files.end();
    damage.push(...result.damage);
    return result.tables;
  } finally {
    progress.end();
  }
}

/** In order, the next segment being read while this one is hashed. */
async function* ahead(
  segments: readonly ObjectEntry[],
  open: (entry: ObjectEntry) => Promise<Piece[] | undefined>,
): AsyncGenerator<{ readonly number: number; readonly entry: ObjectEntry; readonly pieces: Piece[] | undefined }> {
  let next = segments[0] === undefined ? undefined : open(segments[0]);
  for (const [number, entry] of segments.entries()) {
    const pieces = await next;
    const following = segments[number + 1];
    next = following === undefined ? undefined : open(following);
    next?.catch(() => undefined); // thrown when its turn comes
    yield { number, entry, pieces };
  }
}

/** Without a catalog there is still the SHA-256 of each object. */
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
