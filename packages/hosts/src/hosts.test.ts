import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HOST_DATA } from './hosts.test-data.ts';
import { detectHost, jobLink, lossOf } from './hosts.ts';

test.each(HOST_DATA.flatMap(([, { found }]) => found))('%j is %s', (environment, host) => {
  expect(detectHost(environment)).toBe(host);
});

const lost = HOST_DATA.flatMap(([host, data]) => data.lost.map((one) => [host, ...one] as const));
test.each(lost)('on %s with %j, %s is lost: %s', (host, environment, directory, reason) => {
  const loss = lossOf(host, directory, environment);
  if (reason === undefined) expect(loss).toBeUndefined();
  else expect(loss).toMatch(reason);
});

const jobs = HOST_DATA.flatMap(([host, data]) => data.jobs.map((one) => [host, ...one] as const));
test.each(jobs)('on %s with %j the page of the job is %s', (host, environment, page) => {
  expect(jobLink(host, environment)).toBe(page);
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
