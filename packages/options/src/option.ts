import type { CommandName } from './commands.ts';

/** The groups of the help text, in its order. */
export const GROUPS = [
  'Database',
  'Repository',
  'Encryption',
  'What is backed up',
  'Restore',
  'Several jobs',
  'Proof',
  'Retention',
  'This command',
  'Output',
] as const;

/**
 * How a value is written:
 * `text`; `flag` (true/false); `count` (whole number from 0); `duration` (`20h`, in milliseconds); `size` (`8MiB`, in bytes);
 * `time` (ISO 8601, in milliseconds since 1970 UTC); `secret` (text in a variable, a file's path after a flag);
 * `key` (an OpenPGP key: armored or base64 text in a variable, or a file's path).
 */
export type OptionType = 'text' | 'flag' | 'count' | 'duration' | 'size' | 'time' | 'secret' | 'key';

/** One row of the only list of options: parser, variables, help and docs come from it. */
export interface Option {
  /** Without the dashes. Undefined: the option is only a variable. */
  readonly flag?: string;
  /** Names after `BACKUP_<NAME>`, which always comes first. */
  readonly environment?: readonly string[];
  readonly type: OptionType;
  /** A key that is no secret: it is not masked, and a form shows it. All other keys and all secrets are hidden. */
  readonly public?: true;
  readonly choices?: readonly string[];
  /** A text of a form of its own. */
  readonly form?: 'note' | 'time zone' | 'compression';
  /** Several values: a repeated flag, or a JSON array in a variable. */
  readonly many?: true;
  readonly default?: string | number | boolean | readonly string[];
  /** Smallest and largest value of a number. */
  readonly range?: readonly [least: number, most: number];
  readonly commands: readonly CommandName[];
  readonly group: (typeof GROUPS)[number];
  /** A size or a duration may be the word `off`, which is 0. */
  readonly off?: true;
  /** The placeholder of the value in the help, e.g. `DIR`. */
  readonly placeholder?: string;
  readonly help: string;
  /** Shown first in the help. */
  readonly common?: true;
}
