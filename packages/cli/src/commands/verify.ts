import { isBackuperError, type VerifyResult, verify } from '@postgres-backuper/core';
import type { Command, CommandInput, Outcome } from '../command.ts';
import { settingsError } from '../options/settings-error.ts';
import { verifyText } from '../print/verify.ts';
import { backupName } from '../services/backup-name.ts';
import { requireReader } from '../services/ciphers.ts';
import { openRepository } from '../services/repositories.ts';
import { createServer } from '../services/server.ts';
import { parseTarget } from '../services/target.ts';
import { verifyRequest } from '../services/verify-request.ts';

/** Proves one backup (the newest when none is named) or all of a name. Errors: those of verify. */
export const runVerify: Command = async (input) => {
  const { resolved, environment, positionals, context } = input;
  const { level, all, at } = resolved.settings;
  if (all && positionals.length > 0) throw settingsError(['both a backup and --all are given'], 'give one of them');
  const repository = await openRepository(resolved, input);
  if (level !== 'stored') requireReader(repository.cipher);
  const server = createServer(resolved, environment);
  const name = await backupName(input, repository, context);
  const word = positionals[0] ?? (at === undefined ? 'latest' : undefined);
  const target = all ? ({ all: true } as const) : parseTarget(word, at);
  const request = verifyRequest({ name, target, level }, resolved.settings);
  try {
    return outcome(await verify(request, { repository, server }, context), input);
  } catch (error) {
    // what is damaged is the result: it is shown before the error
    if (isBackuperError(error, 'verification-failed') && !resolved.settings.json) {
      input.terminal.writeOut(verifyText(error.result as VerifyResult, input.terminal.colours.out));
    }
    throw error;
  }
};

function outcome(result: VerifyResult, { terminal }: CommandInput): Outcome {
  return { result, text: verifyText(result, terminal.colours.out) };
}
