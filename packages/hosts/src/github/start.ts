import { fieldName, OPTIONS } from '@postgres-backuper/options';
import { shellWord } from '../reports/markdown.ts';
import { accessTo, type Start, type StartAccess, type StartRequest } from '../start.ts';

/** Where GitHub and Forgejo look for workflows. */
export interface WorkflowPlace {
  readonly file: string;
  /** The line of the job that says where it runs. */
  readonly runsOn: string;
  readonly action: string;
}

const GITHUB: WorkflowPlace = {
  file: '.github/workflows/postgres-backup.yml',
  runsOn: '    runs-on: ubuntu-latest\n',
  action: 'OWNER/postgres-backuper/actions/backup@v1',
};

/** The workflow of the page for GitHub: every value is a secret or a variable of the repository. */
export function firstWorkflow(request: Pick<StartRequest, 'scheme' | 's3Endpoint'>, place = GITHUB): string {
  const access = accessTo({ ...request, repository: '' }).map(
    ({ option, secret }) =>
      `          ${inputOf(option)}: \${{ ${secret ? 'secrets' : 'vars'}.${settingName(option)} }}\n`,
  );
  return `# One database, every night and by hand: the start.
name: PostgreSQL backup
on:
  schedule:
    - cron: '17 2 * * *'
  workflow_dispatch:
concurrency:
  group: postgres-backup
  cancel-in-progress: false
permissions:
  contents: read
jobs:
  backup:
${place.runsOn}    timeout-minutes: 360
    steps:
      - uses: ${place.action}
        with:
          install-client: true
          database-url: \${{ secrets.DATABASE_URL }}
${access.join('')}          public-key: \${{ vars.BACKUP_PUBLIC_KEY }}
`;
}

/** A value that a person gives the repository of the workflow. */
interface GivenValue {
  readonly name: string;
  readonly secret: boolean;
  /** Of a secret, what it is. */
  readonly value: string;
  /** The value is the text of that file. */
  readonly isFile?: boolean;
}

function valuesOf(request: StartRequest): readonly GivenValue[] {
  const { database, publicKeyFile } = request;
  return [
    { name: 'DATABASE_URL', secret: true, value: `postgres://backup:password@db.example.com:5432/${database}` },
    ...accessTo(request).map(({ option, secret, value }) => ({ name: settingName(option), secret, value })),
    { name: 'BACKUP_PUBLIC_KEY', secret: false, value: publicKeyFile, isFile: true },
  ];
}

export function githubStart(request: StartRequest): Start {
  return {
    files: { [GITHUB.file]: firstWorkflow(request) },
    settings: valuesOf(request).map(({ name, secret, value, isFile }) => {
      if (secret) return { name, secret, how: `gh secret set ${name}    # ${value}` };
      return { name, secret, how: `gh variable set ${name} ${isFile ? '<' : '--body'} ${shellWord(value)}` };
    }),
    next: [
      `in ${GITHUB.file} write the account that has the actions in the place of OWNER, and a commit in that of v1`,
      `git add ${GITHUB.file} && git commit -m 'Back up PostgreSQL' && git push`,
      'gh workflow run postgres-backup.yml',
    ],
  };
}

const FORGEJO: WorkflowPlace = {
  file: '.forgejo/workflows/postgres-backup.yml',
  runsOn: '    runs-on: docker\n    container:\n      image: node:24-bookworm\n',
  action: 'https://forgejo.example/OWNER/postgres-backuper/actions/backup@v1',
};

/** Forgejo and Gitea have no `gh`: a person fills in forms. */
export function forgejoStart(request: StartRequest): Start {
  return {
    files: { [FORGEJO.file]: firstWorkflow(request, FORGEJO) },
    settings: valuesOf(request).map(({ name, secret, value, isFile }) => {
      const form = `Settings → Actions → ${secret ? 'Secrets' : 'Variables'}`;
      return { name, secret, how: `${form}, ${name}: ${isFile ? 'the text of ' : ''}${value}` };
    }),
    next: [
      `in ${FORGEJO.file} write the address of your server and the account that has the actions`,
      `git add ${FORGEJO.file} && git commit -m 'Back up PostgreSQL' && git push`,
    ],
  };
}

function inputOf(option: StartAccess['option']): string {
  return fieldName(option, OPTIONS[option]);
}

/** What a secret or a variable of the repository is called: `S3_ACCESS_KEY`. */
function settingName(option: StartAccess['option']): string {
  return option === 'repository' ? 'BACKUP_REPOSITORY' : inputOf(option).toUpperCase().replaceAll('-', '_');
}
