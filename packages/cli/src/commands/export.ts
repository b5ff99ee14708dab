import { formatBytes, formatDuration, numberOf } from '@postgres-backuper/base';
import { exportBackup } from '@postgres-backuper/core';
import { escapeText } from '@postgres-backuper/hosts';
import type { Command } from '../command.ts';
import { openChosenBackup } from '../services/chosen-backup.ts';
import { parseTarget } from '../services/target.ts';

/** Writes a plain pg_dump directory. With --at, the directory is the only word after the command's name. */
export const runExport: Command<'export'> = async (input) => {
  const { resolved, positionals, context } = input;
  const { at } = resolved.settings;
  const [word, directory = ''] = at === undefined ? positionals : [undefined, ...positionals];
  const target = parseTarget(word, at);
  const { repository, name } = await openChosenBackup(input, target);
  const result = await exportBackup({ name, target, directory }, { repository }, context);
  const { dumpDirectory, largeObjects, globals, files, bytes, durationMs } = result;
  const lines = [
    `${result.label}: ${numberOf(files, 'file')}, ${formatBytes(bytes)}, ${formatDuration(durationMs)}`,
    `${escapeText(dumpDirectory)}  for pg_restore`,
    ...(largeObjects === null ? [] : [`${escapeText(largeObjects)}  for pg_restore, after the data`]),
    ...(globals === null ? [] : [`${escapeText(globals)}  for psql, before everything`]),
  ];
  return { result, text: `${lines.join('\n')}\n` };
};
