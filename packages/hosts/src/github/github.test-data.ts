import type { HostSurface, HostTestData } from '../host.test-data.ts';
import { SHELL } from '../shell.test-data.ts';
import { ACTION_COMMANDS } from './inputs.ts';

/** A step that uses an action, of this runner. */
export function actionOn(ci: string): HostSurface {
  return {
    environment: { BACKUP_CI: ci },
    commands: ACTION_COMMANDS,
    says: {
      options: "the input 'into', the input 'no-owner: true', the input 'encryption: none', the input 'private-key'",
      commands:
        "the action 'setup-client' with 'client-version: 17', 'postgres-backuper keygen' on a machine of your own",
      example: [
        'yaml',
        '- uses: OWNER/postgres-backuper/actions/restore@v1\n  with:\n    backup: backup_1\n    repository: s3://b/p\n    name: "it\'s: x"\n    into: new',
      ],
    },
  };
}

/** The variables of a run. */
export const RUN = {
  GITHUB_SERVER_URL: 'https://h.example',
  GITHUB_REPOSITORY: 'o/r',
  GITHUB_RUN_ID: '77',
  GITHUB_RUN_NUMBER: '5',
  GITHUB_RUN_ATTEMPT: '2',
} as const;

export const data: HostTestData = {
  found: [[{ GITHUB_ACTIONS: 'true' }, 'github']],
  lost: [
    [{ RUNNER_ENVIRONMENT: 'github-hosted' }, '/var/backups', /throws the machine away/],
    [{ RUNNER_ENVIRONMENT: 'self-hosted', GITHUB_WORKSPACE: '/w/shop/' }, '/w/shop/backups', /empties/],
    [{ RUNNER_ENVIRONMENT: 'self-hosted', GITHUB_WORKSPACE: '/w/shop' }, '/w/shop-backups', undefined],
  ],
  jobs: [
    [RUN, 'https://h.example/o/r/actions/runs/77/attempts/2'],
    [{}, undefined],
  ],
  surfaces: { action: actionOn('github'), 'a script on GitHub': { ...SHELL, environment: {} } },
  optionFiles: ['action.yml', 'actions/backup/action.yml', 'actions/status/action.yml'],
  rawNames: {
    files: 'what the description of an output names',
    start: 'commands and names of settings that a person copies',
    step: 'what the bundle is given',
  },
};
