import type { CommandEnd } from '../host.ts';
import { problemTexts } from '../problems.ts';
import { checkItems, notStored } from '../results.ts';
import { oneLine, plainLines, problemIdentity, serviceMessage } from './service-message.ts';

/** One thing that went wrong. */
interface Cause {
  readonly code: string;
  /** Tells causes of one code apart: what was looked at, a database, a repository; the same in every build. */
  readonly of?: string;
  readonly text: string;
}

/** Errors of one code that stands for many causes, each in a text of its own. */
const OF_SETTINGS: readonly string[] = ['configuration-invalid', 'usage-invalid', 'option-unknown'];

/**
 * What fails the build, for the log and as a build problem for each cause. The same cause has the same identity in every
 * build, another one another: so somebody can be assigned to it, and muting it hides nothing else.
 */
export function buildProblems(end: CommandEnd): readonly string[] {
  const texts = problemTexts(end);
  if (texts.length === 0) return [];
  const { command, server } = end.document;
  const causes = new Map<string, string[]>();
  for (const { code, of, text } of causesOf(end, texts)) {
    const identity = problemIdentity([command, code], of);
    causes.set(identity, [...(causes.get(identity) ?? []), text]);
  }
  const messages = [...causes].map(([identity, all]) => {
    const text = all.join('; ');
    const where = server === undefined || text.includes(server) ? '' : `; server ${server}`;
    return serviceMessage('buildProblem', { description: oneLine(`${text}${where}`), identity });
  });
  return [plainLines(texts.join('\n')), ...messages];
}

function causesOf(end: CommandEnd, texts: readonly string[]): readonly Cause[] {
  const { exit, error } = end.document;
  const single = [...checkCauses(end), ...databaseCauses(end), ...repositoryCauses(end), ...settingCauses(end)];
  return single.length > 0 ? single : [{ code: error?.code ?? `exit_${exit}`, text: texts.join('; ') }];
}

/** Of check, and of a backup that was refused by the same checks. */
function checkCauses({ document }: CommandEnd): readonly Cause[] {
  const found = checkItems(document).filter(({ state }) => state === 'problem');
  return found.map(({ what, text, hint, code = 'check-failed' }) => ({
    code,
    of: what,
    text: withHint(text.startsWith(what) ? text : `${what}: ${text}`, hint),
  }));
}

function databaseCauses({ document }: CommandEnd): readonly Cause[] {
  const failures = (document.command === 'backup' && document.result?.failures) || [];
  return failures.map(({ database, error }) => ({
    code: error.code,
    of: database,
    text: withHint(`'${database}': ${error.message}`, error.hint),
  }));
}

function repositoryCauses({ document }: CommandEnd): readonly Cause[] {
  return notStored(document).map(({ location, problem }) => ({
    code: 'not-stored',
    of: location,
    text: `not in ${location}: ${problem}`,
  }));
}

function settingCauses({ document: { error }, problems }: CommandEnd): readonly Cause[] {
  if (error === undefined || !OF_SETTINGS.includes(error.code)) return [];
  return problems.map((text) => ({ code: error.code, of: text, text: withHint(text, error.hint) }));
}

function withHint(text: string, hint: string | undefined): string {
  return hint === undefined ? text : `${text}; ${hint}`;
}
