import { type ListResult, list, listLegacy } from '@postgres-backuper/core';
import type { Command, CommandInput, Outcome } from '../command.ts';
import { legacyText, listText } from '../print/list.ts';
import { givenName } from '../services/backup-name.ts';
import { openOldPlaces } from '../services/old-places.ts';
import { openRepositories } from '../services/repositories.ts';
import { retentionSettings } from '../services/retention.ts';

/** Backups of one name, or of all where none is given, of every repository. */
export const runList: Command = async (input) => {
  const { resolved, context, terminal } = input;
  if (resolved.settings.legacy) return listOldFiles(input);
  const repositories = await openRepositories(resolved, input);
  const request = { name: givenName(input), retention: retentionSettings(resolved.settings) };
  const results: ListResult[] = [];
  for (const repository of repositories) results.push(await list(request, { repository }, context));
  const text = results.map((result) => listText(result, terminal.colours.out)).join('\n');
  return { result: { repositories: results }, text };
};

async function listOldFiles(input: CommandInput): Promise<Outcome> {
  const files = await listLegacy({ places: await openOldPlaces(input) }, input.context);
  return { result: { files }, text: legacyText(files) };
}
