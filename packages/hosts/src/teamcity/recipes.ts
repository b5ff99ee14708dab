import {
  ALL_OPTIONS,
  type CommandName,
  type CommandsOn,
  commandsOn,
  type Option,
  type OptionName,
  type TargetedCommand,
  takesTarget,
} from '@postgres-backuper/options';
import { type Field, optionFields } from './field.ts';

/** A step that TeamCity offers. */
export interface Recipe {
  /** The name of the file, to which a step refers. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** The first is the default of the form; a single one has no field. */
  readonly commands: readonly CommandsOn<'teamcity'>[];
  /** Undefined: all options of these commands. */
  readonly only?: readonly OptionName[];
  /** TeamCity takes YAML since 2025.03; XML is taken by every version. */
  readonly formats: readonly ('xml' | 'yml')[];
}

const SERVER: readonly OptionName[] = ['host', 'port', 'dbname', 'user', 'password'];
const STORAGE: readonly OptionName[] = ['repository', 's3Endpoint', 's3AccessKey', 's3SecretKey'];

const RECIPE_COMMANDS = commandsOn('teamcity');

/** The whole program, and three short forms for daily tasks. */
export const RECIPES: readonly Recipe[] = [
  {
    id: 'PostgresBackuper',
    title: 'PostgreSQL backup: all commands',
    description: 'Encrypted backups of PostgreSQL that are proven by restoring them, with every option',
    commands: RECIPE_COMMANDS,
    formats: ['xml'],
  },
  {
    id: 'PostgresBackup',
    title: 'PostgreSQL backup',
    description: 'Makes an encrypted backup of a PostgreSQL database, proves it and prunes the old ones',
    commands: ['backup'],
    only: [...SERVER, 'installClient', ...STORAGE, 'publicKey', 'keepDays'],
    formats: ['xml', 'yml'],
  },
  {
    id: 'PostgresRestore',
    title: 'PostgreSQL restore',
    description: 'Brings a backup back into a new database and counts every row',
    commands: ['restore'],
    only: [...SERVER, 'installClient', ...STORAGE, 'privateKey', 'privateKeyPassphrase', 'into', 'noOwner'],
    formats: ['xml', 'yml'],
  },
  {
    id: 'PostgresBackups',
    title: 'PostgreSQL backups: list and status',
    description: 'Lists the backups, or fails when the newest good one is too old',
    commands: ['list', 'status'],
    only: ['dbname', ...STORAGE, 'maxAge'],
    formats: ['xml', 'yml'],
  },
];

const TARGETS: Readonly<Record<CommandsOn<'teamcity'> & TargetedCommand, string>> = {
  restore: 'a label, latest, or an old file.sql.gz; empty: the latest, or what at says',
  verify: 'a label or latest; empty: the latest, or what at and all say',
};

/** The label of the field with the word after the command's name. */
export const TARGET_LABEL = 'Backup';

/** The fields of a recipe's form. */
export function fieldsOf(
  { commands, only }: Recipe,
  options: readonly (readonly [OptionName, Option])[] = ALL_OPTIONS,
): readonly Field[] {
  const targets = commands.filter((command) => takesTarget(command));
  const words = targets.map((command) => `For ${command}: ${TARGETS[command]}.`).join(' ');
  return [
    ...(commands.length > 1 ? [commandField(commands)] : []),
    ...(targets.length > 0 ? [ownText('TARGET', TARGET_LABEL, words)] : []),
    ...optionFields(commands, options, only),
    ownText('NODE', 'Node.js', 'The path of node on the agent, version 22.15 or newer. Default: node from PATH.'),
    ownText('CACHE', 'Program cache', 'The folder on the agent where the program is unpacked once. Default: ~/.cache.'),
  ];
}

function commandField(commands: readonly CommandName[]): Field {
  return {
    name: 'env.POSTGRES_BACKUPER_COMMAND',
    value: commands[0] as string,
    type: 'select',
    label: 'Command',
    description: 'What this step does.',
    choices: commands.map((command) => [command, command]),
  };
}

/** Like the field of an option: while it is empty, the variable `POSTGRES_BACKUPER_<NAME>` of the build counts. */
function ownText(name: string, label: string, description: string): Field {
  return { name: `env.POSTGRES_BACKUPER_INPUT_${name}`, value: '', type: 'text', label, description };
}
