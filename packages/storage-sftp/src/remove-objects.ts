import { mapConcurrently } from '@postgres-backuper/base';
import { removeEmptyFolders } from './folders.ts';
import { foldersOf, ignoreMissing, refuseLinks, requireKey } from './key-path.ts';
import type { Session } from './session.ts';

/** Concurrent removals. */
const AT_ONCE = 32;

export interface Removal {
  readonly base: string;
  readonly keys: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Removes objects and then empty folders; missing ones are no error. */
export async function removeObjects(session: Session, { base, keys, signal }: Removal): Promise<void> {
  for (const key of keys) requireKey(key);
  const inFolders = [...new Map(keys.map((key) => [foldersOf(key).at(-1) ?? '', key])).values()];
  await mapConcurrently(inFolders, AT_ONCE, (key) => refuseLinks(session, base, key));
  await mapConcurrently(keys, AT_ONCE, async (key) => {
    signal?.throwIfAborted();
    await session.unlink(`${base}/${key}`).catch(ignoreMissing);
  });
  for (const key of inFolders) await removeEmptyFolders(session, base, key);
}
