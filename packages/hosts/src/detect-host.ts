import type { HostName, HostServices } from './host.ts';

/** The inner system comes first: a TeamCity agent may itself run in a job of another. */
const SIGNS: readonly (readonly [HostName, string, (value: string) => boolean])[] = [
  ['airflow', 'AIRFLOW_CTX_DAG_ID', (value) => value !== ''],
  ['teamcity', 'TEAMCITY_VERSION', (value) => value !== ''],
  // gitlab-ci-local says 'false'
  ['gitlab', 'GITLAB_CI', (value) => value === 'true'],
  ['github', 'GITHUB_ACTIONS', (value) => value === 'true'],
];

/** The CI system of these variables, by what each of them documents as its sign. */
export function detectHost(environment: HostServices['environment']): HostName {
  const found = SIGNS.find(([, variable, isSign]) => isSign(environment[variable] ?? ''));
  return found?.[0] ?? 'none';
}
