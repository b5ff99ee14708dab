import { type VerifyResult, verify } from '@postgres-backuper/core';
import { say, settingsError } from '@postgres-backuper/options';
import type { Command } from '../command.ts';
import { verifyText } from '../print/verify.ts';
import { asksFor } from '../services/asked.ts';
import { backupNames } from '../services/backup-name.ts';
import { requireReader } from '../services/ciphers.ts';
import { endOfAll, everyPlace } from '../services/every-place.ts';
import { withClient } from '../services/install-client.ts';
import { liveSource } from '../services/live-source.ts';
import { openServer } from '../services/open-server.ts';
import { openRepositories } from '../services/repositories.ts';
import { sampleOf } from '../services/sample.ts';
import { parseTarget } from '../services/target.ts';
import { openThreads } from '../services/threads.ts';
import { verifyRequest } from '../services/verify-request.ts';

/** Verifies one backup of each name (the newest by default) or all of them. Errors: those of verify. */
export const runVerify: Command<'verify'> = async (input) => {
  const { resolved, environment, positionals, context, terminal } = input;
  const { all, at, drillOn } = resolved.settings;
  const { level, share } = sampleOf(resolved);
  if (all && positionals.length > 0)
    throw settingsError([`both a backup and ${say.option('all')} are given`], 'give one of them');
  if (level !== 'restore' && asksFor(resolved, 'compareLive')) {
    const text = `${resolved.sources.get('compareLive')} is for ${say.option('level', 'restore')}`;
    throw settingsError([text], 'give both, or neither');
  }
  const opened = openServer(resolved, { environment, context });
  const live = liveSource(resolved, opened, { environment, context });
  const word = positionals[0] ?? (at === undefined ? 'latest' : undefined);
  const target = all ? ({ all: true } as const) : parseTarget(word, at);
  const repositories = await openRepositories(resolved, input);
  if (level !== 'stored') for (const { cipher } of repositories) requireReader(cipher);
  const usesServer = level === 'restore' && drillOn === 'server';
  const server = usesServer ? await withClient(input, opened) : opened;
  const verified = await everyPlace<VerifyResult>(
    {
      repositories,
      names: (repository) => backupNames(input, repository, context),
      look: (name, repository) =>
        verify(
          verifyRequest({ name, target, level, share, live }, resolved.settings),
          { repository, server, openThreads: openThreads() },
          context,
        ),
      verdicts: ['verification-failed', 'assertion-failed', 'drill-inconclusive', 'drill-degraded'],
    },
    context,
  );
  const seen = verified.seen.map(({ name, location, result }) => ({ location, name, ...result }));
  const result = { repositories: seen };
  return endOfAll<'verify'>(verified, { result, text: verifyText(result, terminal.colours.out) });
};
