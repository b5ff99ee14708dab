import { type PruneResult, prune } from '@postgres-backuper/core';
import type { Command } from '../command.ts';
import { pruneText } from '../print/prune.ts';
import { backupNames } from '../services/backup-name.ts';
import { endOfAll, everyPlace } from '../services/every-place.ts';
import { noneText } from '../services/none-text.ts';
import { openRepositories } from '../services/repositories.ts';
import { retentionSettings } from '../services/retention.ts';

/** Prunes each name in each repository by itself: after one that is refused, the others continue. */
export const runPrune: Command<'prune'> = async (input) => {
  const { resolved, context, terminal } = input;
  const { dryRun, force, acceptNewServer } = resolved.settings;
  const retention = retentionSettings(resolved.settings);
  const repositories = await openRepositories(resolved, input);
  const none = new Map<PruneResult, string>();
  const rotated = await everyPlace<PruneResult>(
    {
      repositories,
      names: (repository) => backupNames(input, repository, context),
      look: async (name, repository) => {
        const result = await prune({ name, retention, dryRun, force, acceptNewServer }, { repository }, context);
        if (isEmpty(result)) none.set(result, await noneText(name, repository, input));
        return result;
      },
      verdicts: ['prune-refused'],
    },
    context,
  );
  const results = rotated.seen.map(({ result }) => result);
  const texts = results.map((one) => none.get(one) ?? pruneText(one, terminal.colours.out));
  return endOfAll<'prune'>(
    rotated,
    { result: { repositories: results }, text: texts.join('\n') },
    (errors) => `${errors.length} of ${results.length} prunes were refused`,
  );
};

function isEmpty({ backups, leftOvers, damaged, refusals }: PruneResult): boolean {
  return [backups, leftOvers, damaged, refusals].every(({ length }) => length === 0);
}
