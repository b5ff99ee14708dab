import {
  ALL_OPTIONS,
  type CommandsOn,
  choicesNote,
  commandsOn,
  fieldName,
  inputName,
  isSecret,
  type Option,
  type OptionName,
  type TargetedCommand,
  takesTarget,
} from '@postgres-backuper/options';

/** The commands that are actions. */
export const ACTION_COMMANDS = commandsOn('github');
export type ActionCommand = CommandsOn<'github'>;

/** Set by the action: the host, and that standard output is its log. */
const NOT_OFFERED: readonly string[] = ['ci', 'json', 'logFormat', 'preview', 'query'];

/** The input with the word after the command's name. */
export const TARGET_INPUT = 'backup';
const TARGETS: Readonly<Record<ActionCommand & TargetedCommand, string>> = {
  restore: 'The backup to restore: its label, or latest; also an old file.sql.gz. Default: latest, or what at says.',
  copy: 'The backup to copy: its label, or latest.',
  verify: 'The backup to verify: its label, or latest. Default: latest, or what at and all say.',
};

type Row = readonly [OptionName, Option];

/** One input of an action. */
export interface ActionInput {
  /** e.g. `s3-secret-key` */
  readonly name: string;
  readonly description: string;
  /** The variable that carries it to the command; undefined: it is the word after the command's name. */
  readonly variable?: string;
  readonly option?: Option;
}

/** The inputs of an action: the common ones first. */
export function inputsOf(command: ActionCommand, options: readonly Row[] = ALL_OPTIONS): readonly ActionInput[] {
  const offered = options.filter(([name, one]) => one.commands.includes(command) && !NOT_OFFERED.includes(name));
  const sorted = [...offered.filter(([, { common }]) => common), ...offered.filter(([, { common }]) => !common)];
  return [
    ...(takesTarget(command) ? [{ name: TARGET_INPUT, description: TARGETS[command] }] : []),
    ...sorted.map(([name, option]) => ({
      name: fieldName(name, option),
      description: descriptionOf(option),
      variable: inputName(name),
      option,
    })),
  ];
}

/** Names the default but does not set it: without the input, variables and the config file still count. */
function descriptionOf(option: Option): string {
  const { help, many, type } = option;
  const value = option.default === undefined || option.default === false ? [] : [option.default].flat();
  return [
    help,
    ...[choicesNote(option)].filter(Boolean),
    ...(value.length === 0 || help.includes('Default:') ? [] : [`Default: ${value.join(', ')}.`]),
    ...(many && type !== 'key' ? ['Several: one per line, or a JSON array.'] : []),
    ...(type === 'key' ? ['The key as armored text, the same in Base64, or the path of its file.'] : []),
    ...(isSecret(option) && type === 'secret' ? ['Give a secret.'] : []),
  ].join(' ');
}
