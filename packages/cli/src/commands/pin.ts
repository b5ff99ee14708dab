import { type PinResult, pin, unpin } from '@postgres-backuper/core';
import type { ResultOf } from '@postgres-backuper/hosts';
import { findBackup } from '@postgres-backuper/repository';
import type { Command, CommandInput } from '../command.ts';
import { pinText } from '../print/pin.ts';
import { backupName } from '../services/backup-name.ts';
import { openRepositories } from '../services/repositories.ts';
import { parseTarget } from '../services/target.ts';

export const runPin: Command<'pin'> = (input) => change(input, pin);
export const runUnpin: Command<'unpin'> = (input) => change(input, unpin);

/** Pins or unpins in every repository that has the backup. */
async function change(
  input: CommandInput<'pin' | 'unpin'>,
  apply: typeof pin,
): Promise<{ result: ResultOf<'pin' | 'unpin'>; text: string }> {
  const { resolved, positionals, context } = input;
  const results: (PinResult & { location: string })[] = [];
  for (const repository of await openRepositories(resolved, input)) {
    const name = await backupName(input, repository, context);
    const { label } = await findBackup(
      { name, target: parseTarget(positionals[0], undefined), signal: context.signal },
      repository,
      context.clock,
    );
    results.push({ ...(await apply({ name, label }, { repository }, context)), location: repository.storage.location });
  }
  const result = { repositories: results };
  return { result, text: pinText(result) };
}
