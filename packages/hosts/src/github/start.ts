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
  const access = accessTo({ ...request, repository: '', database: '', publicKeyFile: '' }).map(
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

export function githubStart(request: StartRequest): Start {
  const url = `postgres://backup:password@db.example.com:5432/${request.database}`;
  const access = accessTo(request).map(({ option, secret, value }) => {
    const name = settingName(option);
    const how = secret ? `gh secret set ${name}    # ${value}` : `gh variable set ${name} --body ${shellWord(value)}`;
    return { name, secret, how };
  });
  return {
    files: { [GITHUB.file]: firstWorkflow(request) },
    settings: [
      { name: 'DATABASE_URL', secret: true, how: `gh secret set DATABASE_URL    # ${url}` },
      ...access,
      {
        name: 'BACKUP_PUBLIC_KEY',
        secret: false,
        how: `gh variable set BACKUP_PUBLIC_KEY < ${shellWord(request.publicKeyFile)}`,
      },
    ],
    next: [
      `in ${GITHUB.file} write the account that has the actions in the place of OWNER, and a commit in that of v1`,
      `git add ${GITHUB.file} && git commit -m 'Back up PostgreSQL' && git push`,
      'gh workflow run postgres-backup.yml',
    ],
  };
}

/** The same for Forgejo and Gitea, which have no `gh`. */
export function forgejoStart(request: StartRequest): Start {
  const file = '.forgejo/workflows/postgres-backup.yml';
  const place = {
    file,
    runsOn: '    runs-on: docker\n    container:\n      image: node:24-bookworm\n',
    action: 'https://forgejo.example/OWNER/postgres-backuper/actions/backup@v1',
  };
  const github = githubStart(request);
  const where = (secret: boolean): string => `Settings → Actions → ${secret ? 'Secrets' : 'Variables'}`;
  return {
    files: { [file]: firstWorkflow(request, place) },
    settings: github.settings.map(({ name, secret, how }) => ({
      ...{ name, secret },
      how: `${where(secret)}: ${how.replace(/^gh \w+ set \S+ *(?:--body |# |< )/, '')}`,
    })),
    next: [
      `in ${file} write the address of your server and the account that has the actions`,
      `git add ${file} && git commit -m 'Back up PostgreSQL' && git push`,
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
