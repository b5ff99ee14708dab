import { EXIT_STATUSES } from '@postgres-backuper/base';
import { diff } from '@postgres-backuper/core';
import type { Command } from '../command.ts';
import { diffText } from '../print/diff.ts';
import { openChosenBackup } from '../services/chosen-backup.ts';
import { parseTarget } from '../services/target.ts';

/** What differs between two backups. Each comes from the first repository that has it. */
export const runDiff: Command<'diff'> = async (input) => {
  const { resolved, positionals, context, terminal } = input;
  const sideOf = async (word: string | undefined) => {
    const target = parseTarget(word, undefined);
    return { target, ...(await openChosenBackup(input, target)) };
  };
  const before = await sideOf(positionals[0]);
  const result = await diff(before, await sideOf(positionals[1]), context);
  const text = diffText(result, terminal.colours.out);
  return { result, text, exit: result.differs && resolved.settings.exitCode ? EXIT_STATUSES.failed : 0 };
};
