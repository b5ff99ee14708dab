import type { HostSurface, HostTestData } from '../host.test-data.ts';
import { optionInputs } from './input.ts';
import { TEMPLATE_COMMANDS } from './script.ts';

const JOB = { POSTGRES_BACKUPER_URL: 'https://gitlab.test/dist' };
const COMPONENT = Object.fromEntries(
  TEMPLATE_COMMANDS.flatMap((command) => optionInputs(command).map(({ variable = '' }) => [variable, ''])),
);
const EXAMPLE: HostSurface['says']['example'] = [
  'yaml',
  '  inputs:\n    label: backup_1\n    repository: [s3://b/p]\n    name: "it\'s: x"\n    into: new',
];
const COMMANDS =
  "'postgres-backuper setup-client --client-version 17' on this machine, 'postgres-backuper keygen' on a machine of your own";

export const data: HostTestData = {
  found: [
    [{ GITLAB_CI: 'true' }, 'gitlab'],
    [{ GITLAB_CI: 'false' }, 'none'],
  ],
  lost: [
    [{ CI_PROJECT_DIR: '/builds/shop' }, '/builds/shop/backups', /empties/],
    [{}, '/builds/shop/backups', undefined],
  ],
  jobs: [
    [{ CI_JOB_URL: 'https://h.example/o/r/-/jobs/7' }, 'https://h.example/o/r/-/jobs/7'],
    [{}, undefined],
  ],
  surfaces: {
    component: {
      environment: { ...JOB, ...COMPONENT },
      says: {
        options:
          "the input 'into', the input 'no-owner: true', the input 'encryption: none', the variable BACKUP_PRIVATE_KEY",
        commands: COMMANDS,
        example: EXAMPLE,
      },
    },
    include: {
      environment: JOB,
      says: {
        options:
          'the variable BACKUP_INTO, the variable BACKUP_NO_OWNER=true, the variable BACKUP_ENCRYPTION=none, the variable BACKUP_PRIVATE_KEY',
        commands: COMMANDS,
        example: EXAMPLE,
      },
    },
  },
  optionFiles: ['templates/backup.yml', 'templates/status.yml'],
  rawNames: {
    files: 'what the jobs set',
    script: 'what the bundle is given',
    start: 'names of settings that a person copies',
  },
};
