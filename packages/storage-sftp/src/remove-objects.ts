import { removeEmptyFolders } from './folders.ts';
import { foldersOf, ignoreMissing, refuseLinks, requireKey } from './key-path.ts';
import type { Session } from './session.ts';

/** Removals on the way at once. */
const AT_ONCE = 32;

export interface Removal {
  readonly base: string;
  readonly keys: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/** Removes objects and the folders that are empty then; missing ones are no error. */
export async function removeObjects(session: Session, { base, keys, signal }: Removal): Promise<void> {
  for (const key of keys) requireKey(key);
  const inFolders = new Map(keys.map((key) => [foldersOf(key).at(-1) ?? '', key]));
  await inTurns([...inFolders.values()], (key) => refuseLinks(session, base, key), signal);
  await inTurns(keys, (key) => session.unlink(`${base}/${key}`).catch(ignoreMissing), signal);
  for (const key of inFolders.values()) await removeEmptyFolders(session, base, key);
}

async function inTurns(
  keys: readonly string[],
  work: (key: string) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    signal?.throwIfAborted();
    await Promise.all(keys.slice(start, start + AT_ONCE).map(work));
  }
}
