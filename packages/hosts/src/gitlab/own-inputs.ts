import { type TargetedCommand, takesTarget, VERSION } from '@postgres-backuper/options';
import { type Input, LINE } from './input.ts';
import type { TemplateCommand } from './script.ts';

/**
 * Where the program is downloaded from: the raw files of the project of the component, at its version. GitLab takes
 * components only from its own server.
 */
export const BUNDLE_URL = `$CI_SERVER_URL/postgres-backuper/postgres-backuper/-/raw/v${VERSION}/dist`;

/** For values that are between single quotes in the component. */
const UNQUOTED = "^[^'\\r\\n]*$";

/** The inputs that are no options: of the job, of the program, and the word after the command's name. */
export function ownInputs(command: TemplateCommand): readonly Input[] {
  return [...jobInputs(command), ...programInputs(), ...(takesTarget(command) ? TARGETS[command] : [])];
}

function jobInputs(command: TemplateCommand): readonly Input[] {
  return [
    input('job-name', `postgres-${command}`, 'The name of the job.'),
    input('stage', 'test', 'The stage of the job.'),
    input(
      'image',
      'node:24-bookworm',
      'An image with Node.js 22.15 or newer on Debian or Ubuntu. Where it lacks the programs of PostgreSQL, they are installed.',
    ),
    input('resource-group', `postgres-${command}`, 'Jobs of the same group do not run at the same time.'),
    input(
      'oidc-audience',
      '$CI_SERVER_URL',
      'The audience of the ID token, which is used where the variable AWS_ROLE_ARN is set.',
    ),
  ];
}

function programInputs(): readonly Input[] {
  const help =
    'The folder with the files of the program, e.g. a copy on your own server. Only those of this version are run: their SHA-256 is in the job.';
  return [{ ...input('bundle-url', BUNDLE_URL, help), regex: LINE, variable: 'POSTGRES_BACKUPER_URL' }];
}

const TARGET: Input = {
  ...input('label', '', 'The backup: a label or latest. Empty: the latest, or what another input selects.'),
  regex: LINE,
  variable: 'POSTGRES_BACKUPER_TARGET',
};

const TARGETS: Readonly<Record<TemplateCommand & TargetedCommand, readonly Input[]>> = {
  verify: [TARGET],
  restore: [
    TARGET,
    input(
      'environment',
      'postgres-restore',
      'The environment of the job: protect it, and a restore needs an approval.',
    ),
  ],
};

function input(name: string, preset: string, description: string): Input {
  return { name, type: 'string', default: preset, description, regex: UNQUOTED };
}
