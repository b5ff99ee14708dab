import { BackuperError } from '@postgres-backuper/base';
import { type LogResult, log } from '@postgres-backuper/core';
import { listNames, otherNamesHint, type Repository } from '@postgres-backuper/repository';
import type { Command, CommandInput } from '../command.ts';
import { logText } from '../print/log.ts';
import { givenNames } from '../services/backup-name.ts';
import { endOfAll, everyPlace } from '../services/every-place.ts';
import { openRepositories } from '../services/repositories.ts';

/** What was done to the backups of the given names, or of all names, in every repository. */
export const runLog: Command<'log'> = async (input) => {
  const { resolved, context, terminal } = input;
  const { since, kind: commands, limit } = resolved.settings;
  const from = since === undefined ? Number.NEGATIVE_INFINITY : context.clock.now() - since;
  const names = givenNames(input);
  const logged = await everyPlace<LogResult>(
    {
      repositories: await openRepositories(resolved, input),
      names: async (repository) => (names.length > 0 ? names : listNames(repository, { signal: context.signal })),
      async look(name, repository) {
        const result = await log({ name, since: from, commands, limit }, { repository }, context);
        if (result.entries.length === 0 && names.length > 0) await requireName(name, repository, input);
        return result;
      },
      verdicts: [],
    },
    context,
  );
  const results = logged.seen.map(({ result }) => result);
  const look = { colours: terminal.colours.out, width: terminal.outWidth?.() };
  const text = results.length === 0 ? 'nothing is recorded\n' : results.map((one) => logText(one, look)).join('\n');
  return endOfAll<'log'>(logged, { result: { repositories: results }, text });
};

/** A mistyped name must not look like one to which nothing happened. Errors: backup-none. */
async function requireName(name: string, repository: Repository, { context }: CommandInput<'log'>): Promise<void> {
  const names = await listNames(repository, { signal: context.signal }).catch(() => [name]); // a key may list one alone
  if (names.includes(name)) return;
  const hint = await otherNamesHint(name, repository, context);
  if (hint !== undefined) throw new BackuperError('backup-none', `'${name}' has no backup`, { hint });
}
