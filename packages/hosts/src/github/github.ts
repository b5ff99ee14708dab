import type { HostRow } from '../host-row.ts';
import { isInside } from '../inside.ts';
import { githubStart } from './start.ts';
import { action, isAction } from './wording.ts';

export const github: HostRow = {
  detect: (environment) => environment.GITHUB_ACTIONS === 'true',
  log: async () => (await import('./github-host.ts')).createGitHubHost,
  loses: (directory, { RUNNER_ENVIRONMENT, GITHUB_WORKSPACE }) => {
    if (RUNNER_ENVIRONMENT === 'github-hosted') return 'GitHub throws the machine away after the job';
    return isInside(directory, GITHUB_WORKSPACE) ? 'the next job empties the folder of the checkout' : undefined;
  },
  job: ({ GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_ID, GITHUB_RUN_ATTEMPT = '1' }) =>
    GITHUB_RUN_ID &&
    `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}/attempts/${GITHUB_RUN_ATTEMPT}`,
  user: ({ GITHUB_ACTOR }) => GITHUB_ACTOR,
  start: githubStart,
  surface: ({ command, isOurs }) => (isOurs && isAction(command) ? action(command) : undefined),
};
