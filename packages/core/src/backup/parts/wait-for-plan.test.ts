import { derivePartsKey } from '@postgres-backuper/format';
import { type Destination, writeRecord } from '@postgres-backuper/repository';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import { labelAt, NOON, quietContext, testClock, testRepository } from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { waitForPlan } from './wait-for-plan.ts';

const ID = { name: 'app', label: labelAt(NOON) };

async function waitIn(numberOfStorages: number, failedIn: number): Promise<unknown> {
  const clock = testClock();
  const context = quietContext(clock);
  const repositories = Array.from({ length: numberOfStorages }, () =>
    testRepository(createMemoryStorage(() => clock.now())),
  );
  for (const repository of repositories.slice(0, failedIn))
    await writeRecord({ ...ID, kind: 'backup-failed' }, repository, context);
  await writeRecord({ ...ID, kind: 'heartbeat' }, repositories[0] as (typeof repositories)[0], context);
  const destinations: Destination[] = repositories.map(({ storage }) => ({
    ...{ storage, failure: undefined, isUsed: true, commitState: 'none' },
  }));
  const place = { id: ID, binding: { ...ID, key: derivePartsKey(Buffer.alloc(32, 1)) }, destinations };
  const ended = waitForPlan({ place, timeoutMs: 900_000 }, repositories, context);
  return ended.then(
    () => undefined,
    ({ code }: { code: string }) => [code, clock.elapsed() - NOON],
  );
}

test('a worker waits no longer once the run that was to make the plan noted its failure, in each repository', async () => {
  expect(await waitIn(2, 2)).toEqual(['holder-gone', 0]);
  expect(await waitIn(2, 1)).toEqual(['parts-missing', 901_000]);
});
