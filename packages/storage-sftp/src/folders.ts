import { foldersOf } from './key-path.ts';
import { STATUS, statusOf } from './request-error.ts';
import type { Session } from './session.ts';

/** Removes the folders of an object, the innermost first, as long as they are empty. */
export async function removeEmptyFolders(session: Session, base: string, key: string): Promise<void> {
  for (const folder of foldersOf(key).toReversed()) {
    const isGone = await session.rmdir(`${base}/${folder}`).then(
      () => true,
      (error: unknown) => statusOf(error) === STATUS.missing,
    );
    if (!isGone) return;
  }
}
