import type { CommandName, Option } from '../options/option.ts';
import { environmentNames, isSecret, type OptionName } from '../options/options.ts';

/** The commands that the meta-runner offers. */
export const RUNNER_COMMANDS = ['backup', 'restore', 'verify', 'prune', 'status', 'check', 'setup-client'] as const;

/** Keys that anybody may see; every other key and each secret is a password to TeamCity. */
const PUBLIC_KEYS: readonly string[] = ['publicKey', 'signerKey'];

/** Resolved by the agent: each command of a build has files of its own, and TeamCity removes them with the build. */
const ARTIFACT = '%system.teamcity.build.tempDir%/postgres-backuper-%env.POSTGRES_BACKUPER_COMMAND%';

const DEFAULTS: Partial<Record<OptionName, string>> = {
  resultFile: `${ARTIFACT}.json`,
  summaryFile: `${ARTIFACT}.md`,
};

/** One field of the step's form. */
export interface Parameter {
  /** e.g. `env.BACKUP_HOST` */
  readonly name: string;
  readonly value: string;
  readonly type: 'text' | 'password' | 'checkbox' | 'select';
  readonly attributes: Readonly<Record<string, string>>;
}

/** The label of the field that holds the word behind the command. */
export const TARGET_LABEL = 'Backup';

/** The fields that belong to the runner itself. */
export const OWN_PARAMETERS: readonly Parameter[] = [
  {
    name: 'env.POSTGRES_BACKUPER_COMMAND',
    value: 'backup',
    type: 'select',
    attributes: {
      label: 'Command',
      description: 'What this step does.',
      ...choiceAttributes(RUNNER_COMMANDS.map((command) => [command, command])),
    },
  },
  ownText('TARGET', TARGET_LABEL, 'For restore and verify: a label or latest; for restore also an old file.sql.gz.'),
  ownText('NODE', 'Node.js', 'The path of node on the agent, version 22.15 or newer. Default: node from PATH.'),
  ownText('CACHE', 'Program cache', 'The folder on the agent where the program is unpacked once. Default: ~/.cache.'),
];

function ownText(name: string, label: string, description: string): Parameter {
  return { name: `env.POSTGRES_BACKUPER_${name}`, value: '', type: 'text', attributes: { label, description } };
}

/** The field of one option. An empty field counts as not given, so that the program's own default holds. */
export function parameterOf([name, option]: readonly [OptionName, Option]): Parameter {
  const type = typeOf(name, option);
  const attributes = {
    label: fieldLabel(name, option),
    description: descriptionOf(option),
    ...typeAttributes(type, option),
  };
  return { name: `env.${ownName(name)}`, value: DEFAULTS[name] ?? '', type, attributes };
}

/** e.g. `Restore: into` */
export function fieldLabel(name: OptionName, option: Option): string {
  return `${option.group}: ${labelOf(name, option)}`;
}

function ownName(name: OptionName): string {
  return environmentNames(name)[0] as string;
}

function typeOf(name: OptionName, option: Option): Parameter['type'] {
  if (isSecret(option)) return PUBLIC_KEYS.includes(name) ? 'text' : 'password';
  if (option.type === 'flag') return 'checkbox';
  return option.choices === undefined ? 'text' : 'select';
}

/** `--password-file` takes a file, but the field holds the secret itself. */
function labelOf(name: OptionName, option: Option): string {
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const flag = option.flag ?? kebab;
  return (option.type === 'secret' ? flag.replace(/-file$/, '') : flag).replaceAll('-', ' ');
}

function descriptionOf(option: Option): string {
  const commands = RUNNER_COMMANDS.filter((command) => option.commands.includes(command as CommandName));
  return [
    option.help,
    ...(option.default === undefined || option.type === 'flag'
      ? []
      : [`Default: ${[option.default].flat().join(', ')}.`]),
    ...(option.many && option.type !== 'key' ? ['Several: a JSON array.'] : []),
    ...(option.type === 'key' ? ['The key in Base64 on one line, or the path of its file on the agent.'] : []),
    ...(commands.length === RUNNER_COMMANDS.length ? [] : [`For ${commands.join(', ')}.`]),
  ].join(' ');
}

function typeAttributes(type: Parameter['type'], option: Option): Readonly<Record<string, string>> {
  if (type === 'checkbox') return { checkedValue: 'true' };
  if (type === 'select') return choiceAttributes([['', '<default>'], ...(option.choices ?? []).map(twice)]);
  return {};
}

function twice(choice: string): readonly [string, string] {
  return [choice, choice];
}

function choiceAttributes(choices: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  const entries = choices.flatMap(([value, label], index) => [
    [`data_${index + 1}`, value],
    [`label_${index + 1}`, label],
  ]);
  return Object.fromEntries(entries);
}
