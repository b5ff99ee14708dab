import { type OptionName, resolveSettings } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { checkedPlaces } from './repositories.ts';

const JOB = { GITLAB_CI: 'true' };
const flags = new Map<OptionName, string[]>([['repository', ['artifact/backups']]]);

test.each(['restore', 'export', 'verify', 'list'] as const)('%s reads what a job has in its folder', (command) => {
  const [place] = checkedPlaces(resolveSettings({ command, environment: JOB, flags }), JOB);
  expect(place?.location).toBe('artifact/backups');
});

test.each(['backup', 'check', 'prune', 'pin', 'status'] as const)(
  '%s wants a path that outlives the job',
  (command) => {
    const resolved = resolveSettings({ command, environment: JOB, flags });
    expect(() => checkedPlaces(resolved, JOB)).toThrow(expect.objectContaining({ code: 'configuration-invalid' }));
  },
);
