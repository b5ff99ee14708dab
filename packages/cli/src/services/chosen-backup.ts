import { isBackuperError, toBackuperError } from '@postgres-backuper/base';
import type { CommandsThatNeed } from '@postgres-backuper/options';
import { findBackup, type Repository, readFull, type Target } from '@postgres-backuper/repository';
import type { CommandInput } from '../command.ts';
import { backupName } from './backup-name.ts';
import { openRepositories } from './repositories.ts';

/**
 * The first repository that has the backup and, of a differential, its full, with its name. One that fails or lacks it is skipped with a notice while
 * others remain. Errors: those of openRepositories, backupName and findBackup for the last.
 */
export async function openChosenBackup(
  input: CommandInput<CommandsThatNeed<'repository'>>,
  target: Target,
): Promise<{ readonly repository: Repository; readonly name: string }> {
  const repositories = await openRepositories(input.resolved, input);
  for (const [index, repository] of repositories.entries()) {
    try {
      const name = await backupName(input, repository, input.context);
      // the command itself reads the only one, once
      if (repositories.length > 1) {
        const { signal } = input.context;
        const { commit } = await findBackup({ name, target, signal }, repository, input.context.clock);
        if (commit.parent !== null) await readFull(commit, repository, { signal });
      }
      return { repository, name };
    } catch (error) {
      input.context.signal.throwIfAborted();
      if (index === repositories.length - 1 || isBackuperError(error, 'label-ambiguous')) throw error;
      input.context.emit({
        type: 'warning',
        text: `${repository.storage.location}: ${toBackuperError(error).message}`,
      });
    }
  }
  throw new Error('there is always one repository');
}
