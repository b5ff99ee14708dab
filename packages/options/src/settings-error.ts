import { BackuperError } from '@postgres-backuper/base';

/** One error for every problem of a command line and its settings. */
export function settingsError(problems: readonly string[], hint: string): BackuperError {
  const message = problems.length === 1 ? (problems[0] as string) : `${problems.length} settings are wrong`;
  return new BackuperError('configuration-invalid', message, { hint, result: { problems } });
}
