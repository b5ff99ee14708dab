import {
  ALL_OPTIONS,
  type CommandName,
  fieldName,
  GROUPS,
  inputName,
  isSecret,
  type Option,
  type OptionName,
} from '@postgres-backuper/options';

/** One field of the form of a step. */
export interface Field {
  /** e.g. `env.BACKUP_INPUT_HOST` */
  readonly name: string;
  readonly value: string;
  readonly type: 'text' | 'password' | 'checkbox' | 'select';
  readonly label: string;
  readonly description: string;
  /** Of a `select`: value and text of each choice. */
  readonly choices?: readonly (readonly [value: string, label: string])[];
}

type Row = readonly [OptionName, Option];

/** Set by the recipe: the host, and that standard output is its log. */
const NOT_OFFERED: readonly string[] = ['ci', 'json', 'logFormat', 'preview', 'query'];

/** The options that most people fill in, in the order of the form, with their labels. */
const FIRST: ReadonlyMap<OptionName, string> = new Map([
  ['host', 'Host'],
  ['port', 'Port'],
  ['dbname', 'Database'],
  ['user', 'User'],
  ['password', 'Password'],
  ['repository', 'Repository'],
  ['s3Endpoint', 'S3 endpoint'],
  ['s3AccessKey', 'S3 access key'],
  ['s3SecretKey', 'S3 secret key'],
  ['publicKey', 'Public key'],
  ['privateKey', 'Private key'],
  ['privateKeyPassphrase', 'Passphrase of the private key'],
  ['keepDays', 'Keep days'],
  ['into', 'New database'],
  ['level', 'Level of the proof'],
  ['maxAge', 'Oldest age'],
]);

/**
 * The fields of options, those that most people fill in first. Every field has a variable of its own, so that an empty
 * field does not hide the variable `BACKUP_<NAME>` of the build. `only`: a part of them, in the same order.
 */
export function optionFields(
  commands: readonly CommandName[],
  options: readonly Row[] = ALL_OPTIONS,
  only?: readonly OptionName[],
): readonly Field[] {
  const offered = options.filter(
    ([name, option]) =>
      !NOT_OFFERED.includes(name) &&
      (only === undefined || only.includes(name)) &&
      option.commands.some((one) => commands.includes(one)),
  );
  const names = [...FIRST.keys()];
  const rank = ([name, { group }]: Row): number =>
    FIRST.has(name) ? names.indexOf(name) : names.length + GROUPS.indexOf(group);
  return [...offered].sort((a, b) => rank(a) - rank(b)).map((row) => fieldOf(row, commands));
}

function fieldOf([name, option]: Row, commands: readonly CommandName[]): Field {
  const type = typeOf(option);
  return {
    name: `env.${inputName(name)}`,
    value: '',
    type,
    label: fieldLabel(name, option),
    description: descriptionOf(option, commands),
    ...(type === 'select' ? { choices: [['', '<default>'], ...(option.choices ?? []).map(twice)] } : {}),
  };
}

/** e.g. `New database`, or `Advanced, restore: no owner` */
export function fieldLabel(name: OptionName, option: Option): string {
  return FIRST.get(name) ?? `Advanced, ${option.group.toLowerCase()}: ${fieldName(name, option).replaceAll('-', ' ')}`;
}

function twice(choice: string): readonly [string, string] {
  return [choice, choice];
}

function typeOf(option: Option): Field['type'] {
  if (isSecret(option)) return option.public ? 'text' : 'password';
  if (option.type === 'flag') return 'checkbox';
  return option.choices === undefined ? 'text' : 'select';
}

function descriptionOf(option: Option, commands: readonly CommandName[]): string {
  const users = commands.filter((command) => option.commands.includes(command));
  return [
    option.help,
    ...(option.default === undefined || option.type === 'flag'
      ? []
      : [`Default: ${[option.default].flat().join(', ')}.`]),
    ...(option.many && option.type !== 'key' ? ['Several: a JSON array.'] : []),
    ...(option.type === 'key' ? ['The key in Base64 on one line, or the path of its file on the agent.'] : []),
    ...(users.length === commands.length ? [] : [`For ${users.join(', ')}.`]),
  ].join(' ');
}
