import { BackuperError, type Context, isBackuperError } from '@postgres-backuper/base';
import { type VerifyRequest, type VerifyResult, type VerifyServices, verify } from '@postgres-backuper/core';
import { escapeText } from '@postgres-backuper/hosts';
import { say, settingsError } from '@postgres-backuper/options';
import type { Command, CommandInput, Outcome } from '../command.ts';
import { verifyText } from '../print/verify.ts';
import { backupNames } from '../services/backup-name.ts';
import { requireReader } from '../services/ciphers.ts';
import { withClient } from '../services/install-client.ts';
import { openServer } from '../services/open-server.ts';
import { openRepositories } from '../services/repositories.ts';
import { parseTarget } from '../services/target.ts';
import { openThreads } from '../services/threads.ts';
import { verifyRequest } from '../services/verify-request.ts';

/** Proves one backup of each name (the newest when none is named) or all of it. Errors: those of verify. */
export const runVerify: Command<'verify'> = async (input) => {
  const { resolved, environment, positionals, context } = input;
  const { level, all, at, drillOn } = resolved.settings;
  if (all && positionals.length > 0)
    throw settingsError([`both a backup and ${say.option('all')} are given`], 'give one of them');
  const opened = openServer(resolved, { environment, context });
  const word = positionals[0] ?? (at === undefined ? 'latest' : undefined);
  const target = all ? ({ all: true } as const) : parseTarget(word, at);
  const repositories = await openRepositories(resolved, input);
  if (level !== 'stored') for (const { cipher } of repositories) requireReader(cipher);
  const usesServer = level === 'restore' && drillOn === 'server';
  const server = usesServer ? await withClient(input, opened) : opened;
  const verified: VerifiedRepository[] = [];
  let failure: BackuperError | undefined;
  for (const repository of repositories) {
    for (const name of await backupNames(input, repository, context)) {
      const request = verifyRequest({ name, target, level }, resolved.settings);
      const { result, error } = await verdict(request, { repository, server, openThreads: openThreads() }, context);
      verified.push({ location: repository.storage.location, name, ...result });
      failure ??= error;
    }
  }
  return outcome({ verified, failure }, input);
};

interface VerifiedRepository extends VerifyResult {
  readonly location: string;
  readonly name: string;
}

/** What is damaged is a result too: the next repository may be good. */
async function verdict(
  request: VerifyRequest,
  services: VerifyServices,
  context: Context,
): Promise<{ result: VerifyResult; error?: BackuperError }> {
  try {
    return { result: await verify(request, services, context) };
  } catch (error) {
    if (!isBackuperError(error, 'verification-failed')) throw error;
    return { result: error.result as VerifyResult, error };
  }
}

/** All verdicts are shown, then the first damage ends the command. */
function outcome(
  { verified, failure }: { verified: readonly VerifiedRepository[]; failure: BackuperError | undefined },
  { terminal, resolved }: CommandInput,
): Outcome {
  const place = ({ location, name }: VerifiedRepository): string =>
    verified.length > 1 ? `'${escapeText(name)}' in ${escapeText(location)}\n` : '';
  const text = verified.map((one) => place(one) + verifyText(one, terminal.colours.out)).join('');
  const result = { repositories: verified };
  if (failure === undefined) return { result, text };
  if (!resolved.settings.json) terminal.writeOut(text);
  const { code, message, hint } = failure;
  throw new BackuperError(code, message, hint === undefined ? { result } : { hint, result });
}
