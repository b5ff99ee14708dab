import { BackuperError } from '@postgres-backuper/base';
import { cat } from '@postgres-backuper/core';
import type { Command } from '../command.ts';
import { openChosenBackup } from '../services/chosen-backup.ts';
import { parseTarget } from '../services/target.ts';

/** Writes the rows of a table to standard output. With --at, the table is the only word after the command's name. */
export const runCat: Command<'cat'> = async (input) => {
  const { resolved, positionals, context, terminal } = input;
  const { at, format } = resolved.settings;
  const [word, table = ''] = positionals.length > 1 ? positionals : [undefined, ...positionals];
  const target = parseTarget(word, at);
  const { repository, name } = await openChosenBackup(input, target);
  const write = (bytes: Uint8Array) => terminal.writeBytes(bytes).catch(unwritten);
  const result = await cat({ name, target, table, format }, { repository, output: { write } }, context);
  return { result, text: '' };
};

function unwritten(error: NodeJS.ErrnoException): never {
  const { code = '' } = error;
  if (!['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code)) {
    throw new BackuperError('storage-failed', `standard output cannot be written (${code})`);
  }
  throw new BackuperError('storage-full', `no space is left for standard output (${code})`, {
    hint: 'free space, or write to another place',
  });
}
