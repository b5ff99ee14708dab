import { exportBackup } from '@postgres-backuper/core';
import type { Command } from '../command.ts';
import { exportText } from '../print/export.ts';
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
  return { result, text: exportText(result) };
};
