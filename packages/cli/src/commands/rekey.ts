import { type RekeyResult, rekey } from '@postgres-backuper/core';
import { say, settingsError } from '@postgres-backuper/options';
import type { Command, CommandInput } from '../command.ts';
import { rekeyText } from '../print/rekey.ts';
import { backupName, backupNames } from '../services/backup-name.ts';
import { requireReader } from '../services/ciphers.ts';
import { endOfAll, everyPlace } from '../services/every-place.ts';
import { openRepositories } from '../services/repositories.ts';

/** Gives one backup with its set, or all, to the recipients, in each repository. Errors: those of rekey. */
export const runRekey: Command<'rekey'> = async (input) => {
  const { resolved, context } = input;
  const { all } = resolved.settings;
  const label = chosenLabel(input);
  const repositories = await openRepositories(resolved, input);
  for (const { cipher } of repositories) requireReader(cipher);
  const notices = new Set(repositories.flatMap(({ cipher }) => cipher.notices));
  for (const text of notices) context.emit({ type: 'warning', text });
  const rekeyed = await everyPlace<RekeyResult>(
    {
      repositories,
      names: async (repository) =>
        all ? backupNames(input, repository, context) : [await backupName(input, repository, context)],
      look: (name, repository) => rekey({ name, label }, { repository }, context),
      verdicts: ['rekey-incomplete'],
    },
    context,
  );
  const result = { repositories: rekeyed.seen.map((one) => one.result) };
  return endOfAll<'rekey'>(rekeyed, { result, text: rekeyText(result) });
};

function chosenLabel({ resolved: { settings }, positionals: [word] }: CommandInput<'rekey'>): string | undefined {
  if (settings.publicKey.length === 0)
    throw settingsError(['no recipients are given'], `give their public keys with ${say.option('publicKey')}`);
  if (settings.all === (word === undefined)) return word;
  const both = settings.all;
  const text = both ? `both a backup and ${say.option('all')} are given` : 'no backup is chosen';
  throw settingsError([text], both ? 'give one of them' : `give its label, or ${say.option('all')}`);
}
