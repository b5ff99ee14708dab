import { variableOf } from '@postgres-backuper/options';
import { accessTo, type Start, type StartRequest } from '../start.ts';

const FILE = 'postgres-backup.gitlab-ci.yml';

/** The pipeline of the page for GitLab. */
export function firstPipeline({ database, repository }: Pick<StartRequest, 'database' | 'repository'>): string {
  return `include:
  - component: $CI_SERVER_FQDN/postgres-backuper/postgres-backuper/backup@v0.1.0
    inputs:
      dbname: [${flowWord(database)}]
      repository: ['${escaped(repository)}']
`;
}

export function gitlabStart(request: StartRequest): Start {
  const where = 'Settings → CI/CD → Variables';
  const settings = accessTo(request)
    .filter(({ option }) => option !== 'repository')
    .map(({ option, secret, value }) => ({
      ...{ name: variableOf(option), secret },
      how: `${where}${secret ? ', masked' : ''}, ${variableOf(option)}: ${value}`,
    }));
  return {
    files: { [FILE]: firstPipeline(request) },
    settings: [
      {
        name: 'DATABASE_URL',
        secret: true,
        how: `${where}, masked, DATABASE_URL: postgres://backup:password@db.example.com:5432`,
      },
      ...settings,
      {
        name: 'BACKUP_PUBLIC_KEY',
        secret: false,
        how: `${where}, type file, BACKUP_PUBLIC_KEY: the text of ${request.publicKeyFile}`,
      },
    ],
    next: [
      `in .gitlab-ci.yml: include: [{ local: ${FILE} }], or give the file that name where there is none`,
      'bring the components to your server (docs/hosts/gitlab.md, step 1)',
      'Build → Pipelines → New pipeline; then Build → Pipeline schedules: 0 0 * * *, time zone UTC',
    ],
  };
}

/** GitLab puts variables in the place of $. */
function escaped(text: string): string {
  return text.replaceAll("'", "''").replaceAll('$', '$$$$');
}

function flowWord(text: string): string {
  return /^[A-Za-z_]\w*$/.test(text) ? text : `'${escaped(text)}'`;
}
