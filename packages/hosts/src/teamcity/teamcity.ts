import type { HostRow } from '../host-row.ts';
import { recipe } from './wording.ts';

export const teamcity: HostRow = {
  detect: (environment) => (environment.TEAMCITY_VERSION ?? '') !== '',
  log: async () => (await import('./teamcity-host.ts')).createTeamCityHost,
  surface: ({ isOurs }) => (isOurs ? recipe() : undefined),
};
