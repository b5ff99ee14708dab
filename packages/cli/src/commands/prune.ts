import { type PruneResult, prune } from '@postgres-backuper/core';
import type { Command } from '../command.ts';
import { pruneText } from '../print/prune.ts';
import { backupNames } from '../services/backup-name.ts';
import { openRepositories } from '../services/repositories.ts';
import { retentionSettings } from '../services/retention.ts';

/** Each name in each repository has its own rotation; the first that is refused ends the command. */
export const runPrune: Command = async (input) => {
  const { resolved, context, terminal } = input;
  const { dryRun, force, acceptNewServer } = resolved.settings;
  const results: PruneResult[] = [];
  for (const repository of await openRepositories(resolved, input)) {
    for (const name of await backupNames(input, repository, context)) {
      const request = { name, retention: retentionSettings(resolved.settings), dryRun, force, acceptNewServer };
      results.push(await prune(request, { repository }, context));
    }
  }
  const text = results.map((result) => pruneText(result, terminal.colours.out)).join('\n');
  return { result: { repositories: results }, text };
};
