import { type StatusResult, status } from '@postgres-backuper/core';
import { escapeText, formatDuration, paint } from '@postgres-backuper/hosts';
import type { Command } from '../command.ts';
import { backupName } from '../services/backup-name.ts';
import { openRepositories } from '../services/repositories.ts';

/** Every repository must have a young backup: the first that has none ends the command. */
export const runStatus: Command = async (input) => {
  const { resolved, context, terminal } = input;
  const { maxAge: maxAgeMs, ignoreDamaged } = resolved.settings;
  const results: StatusResult[] = [];
  for (const repository of await openRepositories(resolved, input)) {
    const name = await backupName(input, repository, context);
    results.push(await status({ name, maxAgeMs, ignoreDamaged }, { repository }, context));
  }
  const text = results.map((result) => statusText(result, terminal.colours.out)).join('');
  return { result: { repositories: results }, text };
};

function statusText({ name, location, newest, damaged, failed }: StatusResult, colours: boolean): string {
  const bad = damaged + failed === 0 ? '' : `, ${damaged} damaged, ${failed} failed a verification`;
  const age = newest === null ? '' : `${newest.label} is ${formatDuration(newest.ageMs)} old`;
  return `${paint(colours, 'green', '✓')} '${escapeText(name)}' in ${escapeText(location)}: ${age}${bad}\n`;
}
