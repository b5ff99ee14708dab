import type { BackuperError } from '@postgres-backuper/base';
import { escapeText } from '@postgres-backuper/base';
import { paint } from '@postgres-backuper/hosts';

/** An error as text for a terminal: what happened, every problem, what to do. */
export function errorText(error: BackuperError, colours: boolean): string {
  const problems = problemsOf(error);
  const lines = [
    `${paint(colours, 'red', '✗')} ${paint(colours, 'bold', escapeText(error.message))}`,
    ...(problems.length > 1 || (problems[0] ?? error.message) !== error.message
      ? problems.map((problem) => `  - ${escapeText(problem)}`)
      : []),
    ...(error.hint === undefined ? [] : [`  ${escapeText(error.hint)}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Every single problem of a failed command. */
export function problemsOf(error: BackuperError): readonly string[] {
  const { problems } = (error.result ?? {}) as { problems?: unknown };
  return Array.isArray(problems) ? problems.filter((problem) => typeof problem === 'string') : [];
}
