import { type Context, formatBytes, isBackuperError, say } from '@postgres-backuper/base';
import type { Commit } from '@postgres-backuper/format';
import {
  describeSource,
  isOtherDatabase,
  type Remark,
  type Repository,
  readPrevious,
} from '@postgres-backuper/repository';

/** A database that shrank to less than this part of what it was is much smaller. */
const MUCH_SMALLER = 0.5;

/**
 * What to say when the backup before this one is of another server or database: a new server that is still empty must
 * not become the newest backup in silence. A repository that must not be read keeps it to itself: undefined.
 */
export async function otherServer(
  commit: Commit,
  repository: Repository,
  { signal }: Pick<Context, 'signal'>,
): Promise<Remark | undefined> {
  const before = await readPrevious(commit, repository, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    if (isBackuperError(error)) return undefined;
    throw error;
  });
  if (before === undefined || !isOtherDatabase(commit.database, before.database)) return undefined;
  const [now, then] = [commit.totals.rawBytes, before.totals.rawBytes];
  const sizes = now < then * MUCH_SMALLER ? `: ${formatBytes(now)} of data instead of ${formatBytes(then)}` : '';
  return {
    text: `'${commit.label}' is of ${describeSource(commit.database)}, and the newest backup of '${commit.name}' before it, '${before.label}', of ${describeSource(before.database)}${sizes}`,
    hint: `check the connection; give ${say.option('acceptNewServer')} once if the new server continues with the same data, or another name with ${say.option('name')} if not`,
  };
}
