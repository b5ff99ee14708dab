import { type PruneResult, prune } from '@postgres-backuper/core';
import type { Command } from '../command.ts';
import { pruneText } from '../print/prune.ts';
import { backupNames } from '../services/backup-name.ts';
import { noneText } from '../services/none-text.ts';
import { openRepositories } from '../services/repositories.ts';
import { retentionSettings } from '../services/retention.ts';

/** Each name in each repository has its own rotation; the first that is refused ends the command. */
export const runPrune: Command<'prune'> = async (input) => {
  const { resolved, context, terminal } = input;
  const { dryRun, force, acceptNewServer } = resolved.settings;
  const results: PruneResult[] = [];
  const texts: string[] = [];
  for (const repository of await openRepositories(resolved, input)) {
    for (const name of await backupNames(input, repository, context)) {
      const request = { name, retention: retentionSettings(resolved.settings), dryRun, force, acceptNewServer };
      const result = await prune(request, { repository }, context);
      results.push(result);
      texts.push(isEmpty(result) ? await noneText(name, repository, input) : pruneText(result, terminal.colours.out));
    }
  }
  return { result: { repositories: results }, text: texts.join('\n') };
};

function isEmpty({ backups, leftOvers, damaged, refusals }: PruneResult): boolean {
  return [backups, leftOvers, damaged, refusals].every(({ length }) => length === 0);
}
