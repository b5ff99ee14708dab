import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { detectHost, lossOf } from './hosts.ts';

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
  [{ BACKUP_CI: 'machine' }, 'machine'],
  [{ AIRFLOW_CTX_DAG_ID: 'nightly', GITHUB_ACTIONS: 'true' }, 'airflow'],
])('%j is %s', (environment, host) => {
  expect(detectHost(environment)).toBe(host);
});

test.each([
  ['github', { RUNNER_ENVIRONMENT: 'github-hosted' }, '/var/backups', /throws the machine away/],
  ['github', { RUNNER_ENVIRONMENT: 'self-hosted', GITHUB_WORKSPACE: '/w/shop/' }, '/w/shop/backups', /empties/],
  ['github', { RUNNER_ENVIRONMENT: 'self-hosted', GITHUB_WORKSPACE: '/w/shop' }, '/w/shop-backups', undefined],
  ['forgejo', { GITHUB_WORKSPACE: '/w/shop' }, '/w/shop', /removes/],
  ['gitlab', { CI_PROJECT_DIR: '/builds/shop' }, '/builds/shop/backups', /empties/],
  ['gitlab', {}, '/builds/shop/backups', undefined],
  ['teamcity', { PWD: '/agent/work/1' }, '/agent/work/1/backups', /empties/],
  ['none', { PWD: '/home/me' }, '/home/me/backups', undefined],
] as const)('on %s with %j, %s is lost: %s', (host, environment, directory, reason) => {
  const loss = lossOf(host, directory, environment);
  if (reason === undefined) expect(loss).toBeUndefined();
  else expect(loss).toMatch(reason);
});

test('a link out of the folder of the job leads to what stays, one into it does not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hosts-'));
  await mkdir(join(folder, 'job'));
  await symlink('/srv', join(folder, 'job/out'));
  await symlink('job', join(folder, 'in'));
  const environment = { CI_PROJECT_DIR: join(folder, 'job') };
  expect(lossOf('gitlab', join(folder, 'job/out/backups'), environment)).toBeUndefined();
  expect(lossOf('gitlab', join(folder, 'in/backups'), environment)).toMatch(/empties/);
  await rm(folder, { recursive: true });
});
