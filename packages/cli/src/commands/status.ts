import { type StatusResult, status } from '@postgres-backuper/core';
import type { Command } from '../command.ts';
import { statusText } from '../print/status.ts';
import { watchedNames } from '../services/backup-name.ts';
import { endOfAll, everyPlace } from '../services/every-place.ts';
import { openRepositories } from '../services/repositories.ts';

/** Every name must have a young backup in every repository: all are checked, then the bad ones decide the error. */
export const runStatus: Command<'status'> = async (input) => {
  const { resolved, context, terminal } = input;
  const { maxAge: maxAgeMs, ignoreDamaged } = resolved.settings;
  const repositories = await openRepositories(resolved, input);
  const names = await watchedNames(input, repositories, context);
  const watched = await everyPlace<StatusResult>(
    {
      repositories,
      names: async () => names,
      look: (name, repository) => status({ name, maxAgeMs, ignoreDamaged }, { repository }, context),
      verdicts: ['backup-none', 'backup-stale', 'newest-damaged'],
    },
    context,
  );
  const { seen } = watched;
  const good = seen.filter(({ error }) => error === undefined);
  const text = good.map(({ result }) => statusText(result, terminal.colours.out)).join('');
  return endOfAll<'status'>(
    watched,
    { result: { repositories: seen.map(({ result }) => result) }, text },
    (errors) => `${errors.length} of ${good.length + errors.length} names have no good backup that is young enough`,
  );
};
