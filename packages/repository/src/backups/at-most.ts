import { BackuperError, noting } from '@postgres-backuper/base';

/** The maximum held in memory, about 300 bytes each. */
export const RECORDS_MAX = 500_000;
/** Commits and their signatures: about 2 KiB each. */
export const COMMITS_MAX = 200_000;
/** Names of a repository, and labels of a name. */
export const FOLDERS_MAX = 500_000;

/**
 * The same items, up to `max`: anyone who may write to a storage could otherwise fill the memory of this process.
 * Errors: storage-unsafe; those of the listing.
 */
export function atMost<Item>(
  items: AsyncIterable<Item>,
  { max, what, where }: { readonly max: number; readonly what: string; readonly where: string },
): AsyncIterable<Item> {
  let count = 0;
  return noting(items, () => {
    count += 1;
    if (count > max) {
      throw new BackuperError('storage-unsafe', `more than ${max} ${what} are in '${where}'`, {
        hint: 'find out who stored them, and remove the surplus with the tools of the storage',
      });
    }
  });
}
