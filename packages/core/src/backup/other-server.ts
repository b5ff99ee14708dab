import { type Context, formatBytes, isBackuperError } from '@postgres-backuper/base';
import type { Commit } from '@postgres-backuper/format';
import {
  describeSource,
  isOtherDatabase,
  type Remark,
  type Repository,
  readPrevious,
} from '@postgres-backuper/repository';
import { OTHER_SERVER_HINT } from '../check/other-server.ts';

/** A database below this fraction of its former size counts as much smaller. */
const MUCH_SMALLER = 0.5;

/**
 * The warning when the previous backup is of another server or database: the backup of a new, still empty server must
 * not become the newest one unnoticed. Undefined when there is none, or the repository cannot be read.
 */
export async function otherServer(
  commit: Commit,
  repository: Repository,
  { signal }: Pick<Context, 'signal'>,
): Promise<Remark | undefined> {
  if (commit.imported === true) return undefined;
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
    hint: OTHER_SERVER_HINT,
  };
}
