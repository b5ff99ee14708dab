import { BackuperError, type ErrorCode, formatDuration, isBackuperError } from '@postgres-backuper/base';
import { type StatusResult, status } from '@postgres-backuper/core';
import { escapeText, paint } from '@postgres-backuper/hosts';
import type { Command, CommandInput, Outcome } from '../command.ts';
import { watchedNames } from '../services/backup-name.ts';
import { openRepositories } from '../services/repositories.ts';

/** Every name must have a young backup in every repository: all of them are looked at, then the bad ones end the command. */
export const runStatus: Command<'status'> = async (input) => {
  const { resolved, context } = input;
  const { maxAge: maxAgeMs, ignoreDamaged } = resolved.settings;
  const repositories = await openRepositories(resolved, input);
  const names = await watchedNames(input, repositories, context);
  const verdicts: Verdict[] = [];
  for (const repository of repositories) {
    for (const name of names) {
      verdicts.push(await verdict(() => status({ name, maxAgeMs, ignoreDamaged }, { repository }, context)));
    }
  }
  return outcome(verdicts, input);
};

interface Verdict {
  readonly result: StatusResult;
  readonly error?: BackuperError;
}

const BAD: readonly ErrorCode[] = ['backup-none', 'backup-stale', 'newest-damaged'];

async function verdict(look: () => Promise<StatusResult>): Promise<Verdict> {
  try {
    return { result: await look() };
  } catch (error) {
    if (!isBackuperError(error) || !BAD.includes(error.code)) throw error;
    return { result: error.result as StatusResult, error };
  }
}

function outcome(verdicts: readonly Verdict[], { terminal, resolved }: CommandInput<'status'>): Outcome {
  const repositories = verdicts.map(({ result }) => result);
  const lines = verdicts.flatMap(({ result, error }) =>
    error === undefined ? statusText(result, terminal.colours.out) : [],
  );
  const bad = verdicts.flatMap(({ error }) => error ?? []);
  const [first] = bad;
  if (first === undefined) return { result: { repositories }, text: lines.join('') };
  if (!resolved.settings.json) terminal.writeOut(lines.join(''));
  const { code, message, hint = '' } = first;
  if (bad.length === 1) throw new BackuperError(code, message, { hint, result: { repositories } });
  const problems = bad.map((error) => error.message);
  const text = `${bad.length} of ${verdicts.length} names ${bad.length === 1 ? 'has' : 'have'} no good backup that is young enough`;
  throw new BackuperError(code, text, { hint, result: { repositories, problems } });
}

function statusText({ name, location, newest, damaged, failed }: StatusResult, colours: boolean): string {
  const bad = damaged + failed === 0 ? '' : `, ${damaged} damaged, ${failed} failed a verification`;
  const age = newest === null ? '' : `${newest.label} is ${formatDuration(newest.ageMs)} old`;
  return `${paint(colours, 'green', '✓')} '${escapeText(name)}' in ${escapeText(location)}: ${age}${bad}\n`;
}
