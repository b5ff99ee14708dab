import { expect, test } from 'vitest';
import { detectHost } from './hosts.ts';

test.each([
  [{}, 'none'],
  [{ CI: 'true' }, 'none'],
  [{ GITHUB_ACTIONS: 'true' }, 'github'],
  [{ GITHUB_ACTIONS: 'true', GITEA_ACTIONS: 'true' }, 'forgejo'],
  [{ GITHUB_ACTIONS: 'true', FORGEJO_ACTIONS: 'true' }, 'forgejo'],
  [{ GITLAB_CI: 'true' }, 'gitlab'],
  [{ GITLAB_CI: 'false' }, 'none'],
  [{ TEAMCITY_VERSION: '2026.1' }, 'teamcity'],
  [{ TEAMCITY_VERSION: '' }, 'none'],
  [{ AIRFLOW_CTX_DAG_ID: 'nightly', GITHUB_ACTIONS: 'true' }, 'airflow'],
])('%j is %s', (environment, host) => {
  expect(detectHost(environment)).toBe(host);
});
