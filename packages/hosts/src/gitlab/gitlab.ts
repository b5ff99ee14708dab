import type { HostRow } from '../host-row.ts';
import { isInside } from '../inside.ts';
import { gitlabStart } from './start.ts';
import { component, isComponent } from './wording.ts';

export const gitlab: HostRow = {
  detect: (environment) => environment.GITLAB_CI === 'true', // gitlab-ci-local says 'false'
  log: async () => (await import('./gitlab-host.ts')).createGitLabHost,
  loses: (directory, { CI_PROJECT_DIR }) =>
    isInside(directory, CI_PROJECT_DIR) ? 'the next job empties the folder of the project' : undefined,
  job: ({ CI_JOB_URL }) => CI_JOB_URL,
  user: ({ GITLAB_USER_LOGIN }) => GITLAB_USER_LOGIN,
  start: gitlabStart,
  surface: ({ command, environment }) =>
    environment.POSTGRES_BACKUPER_URL ? component(command, isComponent(command, environment)) : undefined,
};
