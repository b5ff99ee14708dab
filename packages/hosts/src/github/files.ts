import { ALL_OPTIONS, COMMANDS, type Option, type OptionName, type OutputName } from '@postgres-backuper/options';
import type { HostFiles } from '../host-row.ts';
import { ACTION_COMMANDS, type ActionCommand, inputsOf } from './inputs.ts';
import { NAMED, rootInputs } from './root-inputs.ts';
import { firstWorkflow } from './start.ts';

const NOTE = 'Generated from the table in packages/options/src; do not edit.';

const ACTIONS: Readonly<Record<ActionCommand, { readonly name: string; readonly description: string }>> = {
  backup: {
    name: 'PostgreSQL backup',
    description: 'Makes an encrypted backup, proves it and prunes the old ones',
  },
  restore: {
    name: 'PostgreSQL restore',
    description: 'Brings a backup back into a new database and counts every row',
  },
  verify: {
    name: 'PostgreSQL backup verification',
    description: 'Proves backups, up to a restore into a scratch database that is compared table by table',
  },
  prune: { name: 'PostgreSQL backup pruning', description: 'Deletes the backups that no rule keeps' },
  check: {
    name: 'PostgreSQL backup check',
    description: 'Looks at server, keys and repository before the first backup',
  },
  status: {
    name: 'PostgreSQL backup status',
    description: 'Fails when the newest good backup is too old, or there is none',
  },
  list: { name: 'PostgreSQL backup list', description: 'Lists the backups, with why each is kept' },
  report: {
    name: 'PostgreSQL backup report',
    description: 'Writes one page about all backups: calendar, sizes, proof, retention, forecast',
  },
  copy: {
    name: 'PostgreSQL backup copy',
    description: 'Copies a backup to another repository, each object compared; a differential brings its full',
  },
  'setup-client': {
    name: 'PostgreSQL client programs',
    description:
      'Finds the pg_dump, pg_restore and psql that fit the server, or installs them; they are in PATH afterwards',
  },
};

/** GitHub's Marketplace shows a description of up to 125 characters. */
const ROOT_ACTION = {
  name: 'postgres-backuper',
  description: 'Encrypted backups of PostgreSQL that are proven by restoring them: backup, restore, verify, status',
} as const;

const OUTPUTS: Readonly<Record<OutputName | 'result', string>> = {
  label: 'The label of the backup, e.g. backup_20260301_021700_1a2b3c; several are lines.',
  repository: 'Where the backup is stored; several are lines.',
  size: 'Bytes stored.',
  duration: 'Seconds.',
  'restored-database': 'The new database.',
  version: 'The version of the client programs, e.g. 18.6.',
  'bin-dir': 'Their folder.',
  result: 'The JSON document of the command, as --json prints it, also of a failed one.',
};

/** The files of every action: its inputs and outputs, and the scripts that call the bundle. */
export function githubFiles(
  options: readonly (readonly [OptionName, Option])[] = ALL_OPTIONS,
): Readonly<Record<string, string>> {
  const files = ACTION_COMMANDS.flatMap((command) => [
    [`actions/${command}/action.yml`, actionFile(command, options)],
    [`actions/${command}/main.cjs`, script(`.prepare('${command}');\nrequire('../../dist/postgres-backuper.cjs')`)],
    [`actions/${command}/post.cjs`, script(`.post('${command}')`)],
  ]);
  const first = firstWorkflow({ scheme: 's3', s3Endpoint: 'https://minio.example.com' });
  return {
    ...Object.fromEntries(files),
    ...rootFiles(options),
    'docs/hosts/github/workflows/first-backup.yml': first,
  };
}

/** The one action that GitHub's Marketplace can list: it stands at the root, and an input names the command. */
function rootFiles(options: readonly (readonly [OptionName, Option])[]): Readonly<Record<string, string>> {
  const program = "require('../dist/postgres-backuper.cjs')";
  return {
    'action.yml': actionText({
      ...ROOT_ACTION,
      inputs: rootInputs(options).map((one) => entry(one.name, one.description, one.name === NAMED)),
      outputs: Object.entries(OUTPUTS).map(([name, description]) => entry(name, description)),
      folder: 'actions/',
    }),
    'actions/main.cjs': `'use strict';\n// ${NOTE}\nif (require('../dist/github.cjs').prepareNamed()) ${program};\n`,
    'actions/post.cjs': `'use strict';\n// ${NOTE}\nrequire('../dist/github.cjs').postNamed();\n`,
  };
}

function script(call: string): string {
  return `'use strict';\n// ${NOTE}\nrequire('../../dist/github.cjs')${call};\n`;
}

function actionFile(command: ActionCommand, options: readonly (readonly [OptionName, Option])[]): string {
  return actionText({
    ...ACTIONS[command],
    inputs: inputsOf(command, options).map((one) => entry(one.name, one.description)),
    outputs: [...COMMANDS[command].outputs, 'result' as const].map((one) => entry(one, OUTPUTS[one])),
    folder: '',
  });
}

interface ActionParts {
  readonly name: string;
  readonly description: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Of its scripts, beside the file. */
  readonly folder: string;
}

function actionText({ name, description, inputs, outputs, folder }: ActionParts): string {
  return `# ${NOTE}
name: ${name}
description: ${JSON.stringify(description)}
branding:
  icon: database
  color: blue
inputs:
${inputs.join('')}outputs:
${outputs.join('')}runs:
  using: node24
  main: ${folder}main.cjs
  post: ${folder}post.cjs
`;
}

/** A JSON string is a YAML string. */
function entry(name: string, description: string, isRequired = false): string {
  return `  ${name}:\n    description: ${JSON.stringify(description)}\n${isRequired ? '    required: true\n' : ''}`;
}

export const files: HostFiles = {
  readme: {
    host: 'GitHub Actions',
    page: 'github/README.md',
    has: { en: 'actions and workflows to copy', ru: 'действия и готовые workflow' },
  },
  ofTables: githubFiles,
};
