import type { CommandDocument } from '../host.ts';
import { unsaidProblems } from '../problems.ts';
import { checkItems, notStored } from '../results.ts';
import { isSkipped, YOUNG } from '../skipped.ts';
import { sourceText } from '../source-text.ts';
import { workflowCommand } from './workflow-command.ts';

/** GitHub shows ten errors and ten warnings per step. */
const MOST = 10;

/** The end of the command as annotations of the run: what failed and why, or that it was skipped. */
export function endAnnotations(document: CommandDocument, annotate: typeof annotation): string {
  const { command, exit } = document;
  if (isSkipped(exit)) {
    return annotate('notice', YOUNG, `PostgreSQL ${command} skipped`);
  }
  const problems = problemTexts(document);
  if (exit === 0 || problems.length === 0) return '';
  const title = `PostgreSQL ${command} failed`;
  const rest = problems.slice(MOST - 1);
  const shown = rest.length > 1 ? [...problems.slice(0, MOST - 1), rest.join('\n')] : problems;
  return shown.map((text) => annotate('error', text, title)).join('');
}

export function annotation(kind: 'error' | 'warning' | 'notice', text: string, title: string): string {
  return workflowCommand(kind, text, { title });
}

function problemTexts(document: CommandDocument): readonly string[] {
  const { command, exit, error } = document;
  if (error !== undefined) {
    const first = [error.message, error.hint, sourceText(document)].filter((text) => text !== undefined).join('\n');
    return [first, ...unsaidProblems(document)];
  }
  const bad = checkItems(document).filter(({ state }) => state === 'problem');
  const texts = [
    ...bad.map(({ what, text, hint }) => `${what}: ${text}${hint === undefined ? '' : `\n${hint}`}`),
    ...notStored(document).map(({ location, problem }) => `not in ${location}: ${problem}`),
  ];
  return texts.length > 0 ? texts : [`${command} ended with exit status ${exit}`];
}
