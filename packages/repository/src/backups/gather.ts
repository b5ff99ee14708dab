import { mapConcurrently } from '@postgres-backuper/base';
import {
  type BackupId,
  COMMIT_MAX_BYTES,
  commitKey,
  type GatheredObject,
  gatheredKey,
  signatureKey,
  writeGatheredCommits,
} from '@postgres-backuper/format';
import type { CallOptions, Storage } from '../storage/storage.ts';
import type { Backups } from './commits.ts';
import { SIGNATURE_MAX_BYTES } from './read-commit.ts';

/** Commits that are not gathered yet before they are, and at most in one object. */
const FEWEST = 32;
const MOST = 256;
/** Objects made in one run: a repository that has none gets them in several. */
const MOST_OBJECTS = 4;
const CONCURRENCY = 16;

export interface GatherRequest extends CallOptions {
  readonly name: string;
  /** As they were listed. */
  readonly found: Pick<Backups, 'backups' | 'signatures' | 'gathered'>;
  /** Labels that were deleted since. */
  readonly deleted: readonly string[];
}

/**
 * Copies commits that no such object has yet into one, and removes those of which no commit is left. Only where listings
 * have MD5 sums, without which no copy would be believed. They only save time: an error of the storage ends it silently.
 */
export async function gatherCommits(request: GatherRequest, storage: Storage): Promise<void> {
  const { name, found, signal } = request;
  const gone = new Set(request.deleted);
  const labels = found.backups
    .map(({ label }) => label)
    .filter((label) => !gone.has(label))
    .sort();
  try {
    const useless = found.gathered.filter(
      (last, index) => !holdsAny(labels, { after: found.gathered[index - 1], last }),
    );
    if (useless.length > 0)
      await storage.remove(
        useless.map((label) => gatheredKey({ name, label })),
        { signal },
      );
    if (!storage.listsMd5) return;
    const newest = found.gathered.at(-1) ?? '';
    for (const some of parts(labels.filter((label) => label > newest))) {
      const ids = some.map((label): BackupId => ({ name, label }));
      await storeOne(ids, { storage, signatures: found.signatures, signal });
    }
  } catch {
    signal?.throwIfAborted();
  }
}

function holdsAny(
  labels: readonly string[],
  { after = '', last }: { after?: string | undefined; last: string },
): boolean {
  return labels.some((label) => label > after && label <= last);
}

/** The oldest first. */
function parts(labels: readonly string[]): readonly (readonly string[])[] {
  const parts: (readonly string[])[] = [];
  for (let from = 0; labels.length - from >= FEWEST && parts.length < MOST_OBJECTS; from += MOST)
    parts.push(labels.slice(from, from + MOST));
  return parts;
}

interface Storing extends CallOptions {
  readonly storage: Storage;
  readonly signatures: ReadonlyMap<string, number>;
}

async function storeOne(ids: readonly BackupId[], { storage, signatures, signal }: Storing): Promise<void> {
  const wanted = ids.flatMap((id) => [
    { key: commitKey(id), maxBytes: COMMIT_MAX_BYTES },
    ...(signatures.has(id.label) ? [{ key: signatureKey(id), maxBytes: SIGNATURE_MAX_BYTES }] : []),
  ]);
  const objects = await mapConcurrently(wanted, CONCURRENCY, async ({ key, maxBytes }): Promise<GatheredObject> => {
    const body = await storage.get(key, { maxBytes, signal });
    return { object: key.slice(key.lastIndexOf('/') + 1), text: Buffer.from(body).toString('utf8') };
  });
  const newest = ids.at(-1);
  if (newest !== undefined) await storage.put(gatheredKey(newest), await writeGatheredCommits(objects), { signal });
}
