import type { Host, HostName, HostServices } from './host.ts';

type Create = (services: HostServices) => Host;

/** Loaded when it is needed: a terminal pays for none of them. */
const HOSTS: Readonly<Record<Exclude<HostName, 'none'>, () => Promise<Create>>> = {
  gitlab: async () => (await import('./gitlab/gitlab-host.ts')).createGitLabHost,
  github: async () => (await import('./github/github-host.ts')).createGitHubHost,
  teamcity: async () => (await import('./teamcity/teamcity-host.ts')).createTeamCityHost,
  airflow: async () => (await import('./airflow/airflow-host.ts')).createAirflowHost,
};

/** The host of that name; undefined for `none`. */
export async function openHost(name: HostName, services: HostServices): Promise<Host | undefined> {
  if (name === 'none') return undefined;
  const create = await HOSTS[name]();
  return create(services);
}
