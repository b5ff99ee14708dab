import { expect, test } from 'vitest';
import { detectHost } from './hosts.ts';

test.each([
  [{}, 'none'],
  [{ CI: 'true' }, 'none'],
  [{ GITHUB_ACTIONS: 'true' }, 'github'],
  [{ GITLAB_CI: 'true' }, 'gitlab'],
  [{ GITLAB_CI: 'false' }, 'none'],
  [{ TEAMCITY_VERSION: '2026.1' }, 'teamcity'],
  [{ TEAMCITY_VERSION: '' }, 'none'],
  [{ AIRFLOW_CTX_DAG_ID: 'nightly', GITHUB_ACTIONS: 'true' }, 'airflow'],
])('%j is %s', (environment, host) => {
  expect(detectHost(environment)).toBe(host);
});
