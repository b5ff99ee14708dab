import type { HostRow } from '../host-row.ts';
import { action, isAction } from './wording.ts';

export const github: HostRow = {
  detect: (environment) => environment.GITHUB_ACTIONS === 'true',
  log: async () => (await import('./github-host.ts')).createGitHubHost,
  surface: ({ command, isOurs }) => (isOurs && isAction(command) ? action(command) : undefined),
};
