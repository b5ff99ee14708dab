import { isForgejo } from '../github/is-forgejo.ts';
import { forgejoStart } from '../github/start.ts';
import { action, isAction } from '../github/wording.ts';
import type { HostRow } from '../host-row.ts';
import { isInside } from '../inside.ts';

/** Forgejo and Gitea run GitHub's actions, and set GITHUB_ACTIONS as well. */
export const forgejo: HostRow = {
  detect: (environment) => isForgejo(environment),
  log: async () => (await import('./forgejo-host.ts')).createForgejoHost,
  loses: (directory, { GITHUB_WORKSPACE }) =>
    isInside(directory, GITHUB_WORKSPACE) ? 'the runner removes the folder of the checkout' : undefined,
  // the number of the run in its repository, where GitHub has an ID of its own
  job: ({ GITHUB_SERVER_URL, GITHUB_REPOSITORY, GITHUB_RUN_NUMBER }) =>
    GITHUB_RUN_NUMBER && `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_NUMBER}`,
  user: ({ GITHUB_ACTOR }) => GITHUB_ACTOR,
  start: forgejoStart,
  surface: ({ command, isOurs }) => (isOurs && isAction(command) ? action(command) : undefined),
};
