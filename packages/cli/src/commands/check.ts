import { totalmem } from 'node:os';
import { toBackuperError } from '@postgres-backuper/base';
import {
  type CheckItem,
  type CheckResult,
  type CheckServices,
  check,
  checkError,
  createUnusableCipher,
} from '@postgres-backuper/core';
import type { Command, CommandInput } from '../command.ts';
import { checkedText, checkText } from '../print/check.ts';
import { type ClosedDatabase, chosenDatabases } from '../services/databases.ts';
import { dumpRequest } from '../services/dump-request.ts';
import { withClient } from '../services/install-client.ts';
import { type OpenServer, openServer } from '../services/open-server.ts';
import { openRepositories } from '../services/repositories.ts';
import { checkTogether } from './check-together.ts';

/** Problems are the result: all of them are shown, and the worst one decides the exit status. */
export const runCheck: Command<'check'> = async (input) => {
  const { resolved, environment, context } = input;
  const destinations = await openRepositories(resolved, { ...input, unusable: createUnusableCipher });
  const server = await withClientIfPossible(input, openServer(resolved, { environment, context }));
  const databases = await chosenDatabases(resolved.settings, server, context);
  const isOnly = databases.servers.length + databases.closed.length === 1;
  const results: CheckResult[] = [];
  for (const [index, one] of databases.servers.entries()) {
    const isFirst = index === 0;
    const earlier = !isFirst && results[0]?.problems === 0 ? destinations : [];
    const services = { server: one, destinations: isFirst ? destinations : [], earlier };
    results.push(await checkOne(input, services, isOnly));
  }
  results.push(...databases.closed.map((closed) => closedResult(closed, input)));
  const result = withItems(summary(results), checkTogether(input, { destinations, databases }));
  return { result, text: checkedText(result), exit: checkError(result)?.exitStatus ?? 0 };
};

/** A failed installation is a warning here: the check continues, to report all problems. */
async function withClientIfPossible(input: CommandInput<'check'>, server: OpenServer): Promise<OpenServer> {
  const { context } = input;
  return withClient(input, server).catch((error: unknown) => {
    context.signal.throwIfAborted();
    const { message: text, hint } = toBackuperError(error);
    context.emit({ type: 'warning', text, hint });
    return server;
  });
}

/** A closed database among others: a backup would end with exit status 4. */
function closedResult({ error }: ClosedDatabase, { resolved, terminal }: CommandInput<'check'>): CheckResult {
  const { message: text, hint = '' } = error;
  const item: CheckItem = { state: 'problem', what: 'database', text, hint, code: 'partly-done' };
  if (!resolved.settings.json) terminal.writeOut(checkText(item, terminal.colours.out));
  return { items: [item], problems: 1, warnings: 0, facts: null };
}

/** With several databases, each is named before its items; keys and repositories are checked with the first. */
function checkOne(
  { resolved: { settings }, terminal, context }: CommandInput<'check'>,
  services: CheckServices,
  isOnly: boolean,
): Promise<CheckResult> {
  const { segmentSize, json, repairModes } = settings;
  const database = services.server.env.PGDATABASE ?? '';
  if (!isOnly && !json)
    terminal.writeOut(`${checkText({ state: 'ok', what: 'database', text: database }, terminal.colours.out)}`);
  const onItem = (item: CheckItem): void => {
    if (!json) terminal.writeOut(checkText(item, terminal.colours.out));
  };
  const name = settings.name ?? (database || 'check');
  const memoryBytes = availableMemory();
  const { skipUnchanged } = settings;
  const request = {
    skipUnchanged,
    name,
    segmentSizeBytes: segmentSize,
    memoryBytes,
    repairModes,
    ...dumpRequest(settings),
    onItem,
  };
  return check(request, services, context);
}

/** A container may have less than its machine; without a limit Node reports 0 or an impossibly large number. */
function availableMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

function withItems(result: ReturnType<typeof summary>, items: readonly CheckItem[]): ReturnType<typeof summary> {
  const count = (state: CheckItem['state']): number => items.filter((item) => item.state === state).length;
  return {
    ...result,
    items: [...result.items, ...items],
    problems: result.problems + count('problem'),
    warnings: result.warnings + count('warning'),
  };
}

function summary(
  results: readonly CheckResult[],
): CheckResult & { readonly databases: readonly CheckResult['facts'][] } {
  return {
    items: results.flatMap(({ items }) => items),
    problems: results.reduce((sum, { problems }) => sum + problems, 0),
    warnings: results.reduce((sum, { warnings }) => sum + warnings, 0),
    facts: results[0]?.facts ?? null,
    databases: results.map(({ facts }) => facts),
  };
}
