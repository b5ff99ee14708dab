import type { CommandDocument } from '../host.ts';
import { lackingOf, lackingText } from '../lacking.ts';
import { problemTexts } from '../problems.ts';
import { checkItems, notStored, singleProblems } from '../results.ts';
import { oneLine, plainLines, problemIdentity, serviceMessage } from './service-message.ts';

/** One thing that went wrong. */
interface Cause {
  readonly code: string;
  /** Distinguishes causes of one code: a check, a database, a repository; the same in every build. */
  readonly of?: string;
  readonly text: string;
}

/** Codes that have many causes, each with its own text. */
const OF_SETTINGS: readonly string[] = ['configuration-invalid', 'usage-invalid', 'option-unknown'];

/**
 * Why the build fails: lines of the log and one build problem per cause. A cause has the same identity in every build,
 * and no other cause has it: it can be assigned to somebody, and muting it hides no other cause.
 */
export function buildProblems(document: CommandDocument): readonly string[] {
  const texts = problemTexts(document);
  if (texts.length === 0) return [];
  const { command, server } = document;
  const causes = new Map<string, string[]>();
  for (const { code, of, text } of causesOf(document, texts)) {
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

function causesOf(document: CommandDocument, texts: readonly string[]): readonly Cause[] {
  const { exit, error } = document;
  const single = [
    ...checkCauses(document),
    ...databaseCauses(document),
    ...repositoryCauses(document),
    ...settingCauses(document),
    ...lackingCauses(document),
  ];
  return single.length > 0 ? single : [{ code: error?.code ?? `exit_${exit}`, text: texts.join('; ') }];
}

/** The causes of `check`, and of a backup that the same checks refused. */
function checkCauses(document: CommandDocument): readonly Cause[] {
  const found = checkItems(document).filter(({ state }) => state === 'problem');
  return found.map(({ what, text, hint, code = 'check-failed' }) => ({
    code,
    of: what,
    text: withHint(text.startsWith(what) ? text : `${what}: ${text}`, hint),
  }));
}

function databaseCauses(document: CommandDocument): readonly Cause[] {
  const failures = (document.command === 'backup' && document.result?.failures) || [];
  return failures.map(({ database, error }) => ({
    code: error.code,
    of: database,
    text: withHint(`'${database}': ${error.message}`, error.hint),
  }));
}

function repositoryCauses(document: CommandDocument): readonly Cause[] {
  return notStored(document).map(({ location, problem }) => ({
    code: 'not-stored',
    of: location,
    text: `not in ${location}: ${problem}`,
  }));
}

function settingCauses(document: CommandDocument): readonly Cause[] {
  const { error } = document;
  if (error === undefined || !OF_SETTINGS.includes(error.code)) return [];
  return singleProblems(document).map((text) => ({ code: error.code, of: text, text: withHint(text, error.hint) }));
}

/** Most causes of one restore. */
const MOST = 20;

function lackingCauses(document: CommandDocument): readonly Cause[] {
  const { error } = document;
  const lacking = lackingOf(document);
  if (error === undefined || lacking.length === 0) return [];
  const single = lacking.slice(0, MOST).map((one) => ({ code: error.code, of: one.what, text: lackingText(one) }));
  return [{ code: error.code, text: withHint(error.message, error.hint) }, ...single];
}

function withHint(text: string, hint: string | undefined): string {
  return hint === undefined ? text : `${text}; ${hint}`;
}
