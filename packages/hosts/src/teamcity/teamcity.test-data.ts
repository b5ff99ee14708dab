import type { HostTestData } from '../host.test-data.ts';
import { META_RUNNER_PATH } from './files.ts';

export const data: HostTestData = {
  found: [
    [{ TEAMCITY_VERSION: '2026.1' }, 'teamcity'],
    [{ TEAMCITY_VERSION: '' }, 'none'],
  ],
  lost: [[{ PWD: '/agent/work/1' }, '/agent/work/1/backups', /empties/]],
  jobs: [
    [{ BUILD_URL: 'https://h.example/build/7' }, 'https://h.example/build/7'],
    [{}, undefined],
  ],
  surfaces: {
    recipe: {
      environment: { BACKUP_CI: 'teamcity' },
      says: {
        options:
          "the field 'New database', the checkbox 'Advanced, restore: no owner', the field 'Advanced, encryption: encryption' = none, the field 'Private key'",
        commands:
          "the recipe's command 'setup-client' with the field 'Advanced, database: client version' = 17, 'postgres-backuper keygen' on a machine of your own",
        example: [
          'text',
          "Command = restore\nBackup = backup_1\nRepository = s3://b/p\nAdvanced, repository: name = it's: x\nNew database = new\n",
        ],
      },
    },
  },
  optionFiles: [META_RUNNER_PATH],
  rawNames: {
    script: 'what the bundle is given',
    'teamcity-host': 'reads the variables of its own recipe',
  },
};
