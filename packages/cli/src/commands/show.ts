import { show } from '@postgres-backuper/core';
import type { Command } from '../command.ts';
import { showText } from '../print/show.ts';
import { openChosenBackup } from '../services/chosen-backup.ts';
import { parseTarget } from '../services/target.ts';

/** What one backup holds, by default the newest. */
export const runShow: Command<'show'> = async (input) => {
  const { resolved, positionals, context, terminal } = input;
  const { at, table } = resolved.settings;
  const target = parseTarget(positionals[0] ?? (at === undefined ? 'latest' : undefined), at);
  const { repository, name } = await openChosenBackup(input, target);
  const result = await show({ name, target, tables: table }, { repository }, context);
  return { result, text: showText(result, { colours: terminal.colours.out, all: table.length > 0 }) };
};
