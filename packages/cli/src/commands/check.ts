import { type CheckItem, check, checkError, createUnusableCipher } from '@postgres-backuper/core';
import { formatNumberOf } from '@postgres-backuper/hosts';
import type { Command } from '../command.ts';
import { checkText } from '../print/check.ts';
import { givenName } from '../services/backup-name.ts';
import { openRepositories } from '../services/repositories.ts';
import { createServer } from '../services/server.ts';

/** Problems are the result: all of them are shown, and the worst one decides the exit status. */
export const runCheck: Command = async (input) => {
  const { resolved, environment, context, terminal } = input;
  const { settings } = resolved;
  const server = createServer(resolved, environment);
  const destinations = await openRepositories(resolved, { ...input, unusable: createUnusableCipher });
  const show = (item: CheckItem): void => {
    if (!settings.json) terminal.writeOut(checkText(item, terminal.colours.out));
  };
  const isPartial = settings.schema.length + settings.table.length > 0;
  const result = await check(
    { name: givenName(input) ?? 'check', segmentSizeBytes: settings.segmentSize, isPartial, onItem: show },
    { server, destinations },
    context,
  );
  const error = checkError(result);
  const { problems, warnings } = result;
  const text =
    problems + warnings === 0
      ? 'all good\n'
      : `${formatNumberOf(problems, 'problem')}, ${formatNumberOf(warnings, 'warning')}\n`;
  return { result, text, exit: error?.exitStatus ?? 0 };
};
