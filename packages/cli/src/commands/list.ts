import { BackuperError } from '@postgres-backuper/base';
import { type ListResult, list } from '@postgres-backuper/core';
import { listLegacy } from '@postgres-backuper/legacy';
import { otherNamesHint, type Repository } from '@postgres-backuper/repository';
import type { Command, CommandInput, Outcome } from '../command.ts';
import { legacyText, listText } from '../print/list.ts';
import { givenNames } from '../services/backup-name.ts';
import { endOfAll, everyPlace } from '../services/every-place.ts';
import { noneText } from '../services/none-text.ts';
import { openOldPlaces } from '../services/old-places.ts';
import { openRepositories } from '../services/repositories.ts';
import { retentionSettings } from '../services/retention.ts';

/** The backups of the given names, or of all names, in every repository. */
export const runList: Command<'list'> = async (input) => {
  const { resolved, context, terminal } = input;
  if (resolved.settings.legacy) return listOldFiles(input);
  const repositories = await openRepositories(resolved, input);
  const retention = retentionSettings(resolved.settings);
  const names = givenNames(input);
  const { timeZone } = resolved.settings;
  const look = { colours: terminal.colours.out, width: terminal.outWidth?.(), timeZone };
  const listed = await everyPlace<{ result: ListResult; text: string }, string | undefined>(
    {
      repositories,
      names: async () => (names.length === 0 ? [undefined] : names),
      async look(name, repository) {
        const result = await list({ name, retention }, { repository }, context);
        const text = isEmpty(result) ? await noneText(name, repository, input) : listText(result, look);
        return { result, text };
      },
      verdicts: [],
    },
    context,
  );
  const seen = listed.seen.map(({ result }) => result);
  const results = seen.map(({ result }) => result);
  const found = { result: { repositories: results }, text: seen.map(({ text }) => text).join('\n') };
  if (listed.errors.length > 0) return endOfAll<'list'>(listed, found);
  const error = results.every(isEmpty) ? await unknownName(input, repositories) : undefined;
  return error === undefined ? found : { ...found, text: '', error };
};

function isEmpty({ backups, damaged }: ListResult): boolean {
  return backups.length + damaged.length === 0;
}

/** backup-none for a given name that is not among the existing names. An empty repository is no error. */
async function unknownName(
  { resolved: { settings }, context }: CommandInput<'list'>,
  repositories: readonly Repository[],
): Promise<BackuperError | undefined> {
  const { name } = settings;
  if (name === undefined) return undefined;
  for (const repository of repositories) {
    const hint = await otherNamesHint(name, repository, context);
    if (hint !== undefined) return new BackuperError('backup-none', `'${name}' has no backup`, { hint });
  }
  return undefined;
}

async function listOldFiles(input: CommandInput<'list'>): Promise<Outcome<'list'>> {
  const files = await listLegacy({ places: await openOldPlaces(input) }, input.context);
  return { result: { files }, text: legacyText(files) };
}
