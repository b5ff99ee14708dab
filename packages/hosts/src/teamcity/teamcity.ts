import type { HostRow } from '../host-row.ts';
import { isInside } from '../inside.ts';
import { recipe } from './wording.ts';

export const teamcity: HostRow = {
  detect: (environment) => (environment.TEAMCITY_VERSION ?? '') !== '',
  log: async () => (await import('./teamcity-host.ts')).createTeamCityHost,
  // a step runs in the checkout directory unless its build says otherwise
  loses: (directory, { PWD }) =>
    isInside(directory, PWD) ? 'a clean checkout empties the checkout directory' : undefined,
  job: ({ BUILD_URL }) => BUILD_URL,
  start: async (request) => (await import('./start.ts')).teamcityStart(request),
  surface: ({ isOurs }) => (isOurs ? recipe() : undefined),
};
