import { type ListResult, list } from '@postgres-backuper/core';
import { listLegacy } from '@postgres-backuper/legacy';
import type { Command, CommandInput, Outcome } from '../command.ts';
import { legacyText, listText } from '../print/list.ts';
import { givenNames } from '../services/backup-name.ts';
import { noneText } from '../services/none-text.ts';
import { openOldPlaces } from '../services/old-places.ts';
import { openRepositories } from '../services/repositories.ts';
import { retentionSettings } from '../services/retention.ts';

/** Backups of the names, or of all where none is given, of every repository. */
export const runList: Command<'list'> = async (input) => {
  const { resolved, context, terminal } = input;
  if (resolved.settings.legacy) return listOldFiles(input);
  const repositories = await openRepositories(resolved, input);
  const retention = retentionSettings(resolved.settings);
  const names = givenNames(input);
  const results: ListResult[] = [];
  const texts: string[] = [];
  for (const repository of repositories) {
    for (const name of names.length === 0 ? [undefined] : names) {
      const result = await list({ name, retention }, { repository }, context);
      results.push(result);
      const isEmpty = result.backups.length + result.damaged.length === 0;
      texts.push(isEmpty ? await noneText(name, repository, input) : listText(result, terminal.colours.out));
    }
  }
  return { result: { repositories: results }, text: texts.join('\n') };
};

async function listOldFiles(input: CommandInput<'list'>): Promise<Outcome<'list'>> {
  const files = await listLegacy({ places: await openOldPlaces(input) }, input.context);
  return { result: { files }, text: legacyText(files) };
}
