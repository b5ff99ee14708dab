import { type Context, isBackuperError, say } from '@postgres-backuper/base';
import type { DatabaseIdentity } from '@postgres-backuper/format';
import { describeSource, isOtherDatabase, type Repository, readPrevious } from '@postgres-backuper/repository';
import type { Findings } from './items.ts';

/** What to do when the backups of one name are of several servers. */
export const OTHER_SERVER_HINT = `check the connection; give ${say.option('acceptNewServer')} once if the new server continues with the same data, or another name with ${say.option('name')} if not`;

export interface NewestCheck {
  readonly what: string;
  readonly repository: Repository;
  /** Name of the backups. */
  readonly name: string;
  readonly identity: DatabaseIdentity;
}

/**
 * Warns when the newest backup is of another server or database than the one that would be backed up. Without a backup,
 * or where none can be read, there is nothing to say.
 */
export async function checkNewest(
  { what, repository, name, identity }: NewestCheck,
  findings: Findings,
  { signal }: Pick<Context, 'signal'>,
): Promise<void> {
  const newest = await readPrevious({ name }, repository, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    if (isBackuperError(error)) return undefined;
    throw error;
  });
  if (newest === undefined || !isOtherDatabase(identity, newest.database)) return;
  const text = `the newest backup of '${name}', '${newest.label}', is of ${describeSource(newest.database)}, and the connection is to ${describeSource(identity)}`;
  findings.warning(what, text, OTHER_SERVER_HINT);
}
