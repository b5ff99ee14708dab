import { planPrune } from '@postgres-backuper/core';
import {
  forecastOf,
  type NameHistory,
  nameHistory,
  type RepositoryHistory,
  reportedNames,
} from '@postgres-backuper/history';
import { TOOL } from '@postgres-backuper/options';
import type { Repository } from '@postgres-backuper/repository';
import type { Command, CommandInput } from '../command.ts';
import { reportText } from '../print/report.ts';
import { writeResultFile } from '../result-file.ts';
import { limitsOf } from '../services/anomalies.ts';
import { watchedNames } from '../services/backup-name.ts';
import { type EveryPlace, endOfAll, everyPlace } from '../services/every-place.ts';
import { openRepositories } from '../services/repositories.ts';
import { restoreExample } from '../services/restore-example.ts';
import { retentionSettings } from '../services/retention.ts';
import { tablesOverTime } from '../services/tables-over-time.ts';

/** One page about every name in every repository; what cannot be read is named on it, and is the error. */
export const runReport: Command<'report'> = async (input) => {
  const { resolved, context, terminal } = input;
  const { output = 'report.html' } = resolved.settings;
  const now = context.clock.now();
  const repositories = await openRepositories(resolved, input);
  const names = await watchedNames(input, repositories, context);
  const read = await everyPlace<NameHistory>(
    {
      repositories,
      names: async () => names,
      look: (name, repository) => historyOf(name, { repository, now }, input),
      verdicts: [],
    },
    context,
  );
  const histories = await Promise.all(repositories.map((one) => ofRepository(one, { read, now }, input)));
  const { pageOf } = await import('@postgres-backuper/history/page');
  const problems = read.errors.map(({ problem }) => problem);
  const page = pageOf({
    ...{
      generatedAt: now,
      timeZone: resolved.settings.timeZone,
      tool: TOOL,
      repositories: histories,
      problems,
      restoreCommand: restoreExample,
    },
  });
  const error = writeResultFile('output', output, page);
  if (error !== undefined) throw error;
  const result = { output, sizeBytes: Buffer.byteLength(page), names: reportedNames(histories) };
  return endOfAll<'report'>(read, { result, text: reportText(result, terminal.colours.out) });
};

async function historyOf(
  name: string,
  { repository, now }: { readonly repository: Repository; readonly now: number },
  input: CommandInput<'report'>,
): Promise<NameHistory> {
  const { resolved, context } = input;
  const { settings } = resolved;
  const retention = retentionSettings(settings);
  const looked = { name, retention, dryRun: true, force: false, acceptNewServer: false };
  const facts = await planPrune(looked, repository, context);
  const tables = await tablesOverTime(name, { found: facts.found, repository }, input);
  const { location } = repository.storage;
  return nameHistory(
    { name, location, now, maxAgeMs: settings.maxAge, retention, limits: limitsOf(settings) },
    { ...facts, tables },
  );
}

async function ofRepository(
  { storage }: Repository,
  { read, now }: { readonly read: EveryPlace<NameHistory>; readonly now: number },
  { resolved: { settings } }: CommandInput<'report'>,
): Promise<RepositoryHistory> {
  const { location } = storage;
  const names = read.seen.filter((one) => one.location === location).map(({ result }) => result);
  const usage = await storage.usage?.().catch(() => undefined); // a page without a forecast is a page
  const forecast = usage && forecastOf(names, { now, retention: retentionSettings(settings), usage });
  return { location, names, forecast };
}
