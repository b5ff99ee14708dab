import { ANOMALIES } from './anomalies.ts';
import { BACKUP } from './backup.ts';
import type { CommandName } from './commands.ts';
import { DATABASE } from './database.ts';
import { ENCRYPTION } from './encryption.ts';
import { NOTIFICATIONS } from './notifications.ts';
import type { Option } from './option.ts';
import { OTHER } from './other.ts';
import { OUTPUT } from './output.ts';
import { REPOSITORY } from './repository.ts';
import { RESTORE } from './restore.ts';
import { RESTORE_PARTS } from './restore-parts.ts';
import { RETENTION } from './retention.ts';
import type { Secret } from './secret.ts';
import { VERIFY } from './verify.ts';

/** All options. */
export const OPTIONS = {
  ...DATABASE,
  ...REPOSITORY,
  ...ENCRYPTION,
  ...BACKUP,
  ...RESTORE,
  ...RESTORE_PARTS,
  ...VERIFY,
  ...ANOMALIES,
  ...RETENTION,
  ...OTHER,
  ...NOTIFICATIONS,
  ...OUTPUT,
} as const satisfies Record<string, Option>;

export type OptionName = keyof typeof OPTIONS;

type Value<O extends Option> = O extends { type: 'flag' }
  ? boolean
  : O extends { type: 'count' | 'duration' | 'size' | 'time' }
    ? number
    : O extends { type: 'secret' | 'key' }
      ? Secret
      : O extends { choices: readonly (infer Choice)[] }
        ? Choice
        : string;

type Setting<O extends Option> = O['many'] extends true
  ? readonly Value<O>[]
  : O extends { default: string | number | boolean }
    ? Value<O>
    : Value<O> | undefined;

type SettingsByCommand = {
  readonly [C in CommandName]: {
    readonly [Name in OptionName as Extract<Reading<C>, (typeof OPTIONS)[Name]['commands'][number]> extends never
      ? never
      : Name]: Setting<(typeof OPTIONS)[Name]>;
  };
};

/** `check` finds what would stop a backup: it reads that one's settings, too. */
type Reading<C extends CommandName> = C extends 'check' ? 'check' | 'backup' : C;

/** The settings of the options that a command reads. Of several commands: of the options that all of them read. */
export type SettingsOf<C extends CommandName> = SettingsByCommand[C];

/** Settings for code of several commands, of which some do not offer the option. */
export type SettingsIfOffered<Name extends OptionName> = {
  readonly [One in Name]?: Setting<(typeof OPTIONS)[One]> | undefined;
};

/** The settings of any one command. */
export type AnySettings = SettingsOf<CommandName> & SettingsIfOffered<OptionName>;

/** All options with their names, as the general type. */
export const ALL_OPTIONS = Object.entries(OPTIONS) as unknown as readonly (readonly [OptionName, Option])[];

/** Those that it offers, and of `check` those of a backup, which it takes from everywhere but its own words. */
export function optionsReadBy(command: CommandName): typeof ALL_OPTIONS {
  const read = command === 'check' ? [command, 'backup'] : [command];
  return ALL_OPTIONS.filter(([, option]) => option.commands.some((one) => read.includes(one)));
}

export function optionsOf(command: CommandName, options = ALL_OPTIONS): typeof ALL_OPTIONS {
  return options.filter(([, option]) => option.commands.includes(command));
}

/** `keepDays` → `BACKUP_KEEP_DAYS`, then the names that other tools use. */
export function environmentNames(name: OptionName): readonly string[] {
  const own = `BACKUP_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
  return [own, ...((OPTIONS[name] as Option | undefined)?.environment ?? [])]; // undefined: an option of a copy of the table
}

/**
 * `keepDays` → `BACKUP_INPUT_KEEP_DAYS`: the variable by which the files of a CI system pass on the input of a job.
 * It overrides all variables of `environmentNames`, which may be meant for another job or program.
 */
export function inputName(name: OptionName): string {
  return environmentNames(name)[0]?.replace(/^BACKUP_/, INPUT_PREFIX) as string;
}

const INPUT_PREFIX = 'BACKUP_INPUT_';

/** Whether a value is an input of the job or on the command line; `source` as in `Resolved.sources`. */
export function isWrittenHere(source: string): boolean {
  return source.startsWith('--') || source.startsWith(INPUT_PREFIX);
}

/** Whether it is a secret or key, which may also be in a file that `<variable>_FILE` names. */
export function isSecret(option: Option): boolean {
  return option.type === 'secret' || option.type === 'key';
}
