import type { HostTestData } from '../host.test-data.ts';
import { SHELL } from '../shell.test-data.ts';

export const data: HostTestData = {
  found: [[{ BACKUP_CI: 'machine' }, 'machine']],
  lost: [],
  jobs: [[{}, undefined]],
  surfaces: {
    machine: {
      environment: { BACKUP_CI: 'machine' },
      says: {
        ...SHELL.says,
        options:
          'the variable BACKUP_INTO, the variable BACKUP_NO_OWNER=true, the variable BACKUP_ENCRYPTION=none, the variable BACKUP_PRIVATE_KEY',
      },
    },
  },
  optionFiles: ['docs/hosts/machine/backup.env'],
  rawNames: {
    dockerfile: 'what the program is given in a container',
    machine: 'the variable that its files set',
    start: 'names of settings that a person copies',
    systemd: 'what the program is given by a service',
  },
};
