import { copy } from '@postgres-backuper/core';
import type { Command } from '../command.ts';
import { copyText } from '../print/copy.ts';
import { openChosenBackup } from '../services/chosen-backup.ts';
import { openCopyPlaces } from '../services/copy-places.ts';
import { parseTarget } from '../services/target.ts';

/** Copies a backup from the first repository that has it. Errors: those of copy. */
export const runCopy: Command<'copy'> = async (input) => {
  const target = parseTarget(input.positionals[0], undefined);
  const { sources, to } = await openCopyPlaces(input);
  const { repository: from, name } = await openChosenBackup(sources, target);
  const result = await copy({ name, target }, { from, to }, input.context);
  return { result, text: copyText(result) };
};
