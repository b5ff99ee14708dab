import { type CommandName, resolveSettings } from '@postgres-backuper/options';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
  NOON,
  putCommit,
  quietContext,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { forecastFor } from './forecast-for.ts';

const repository = testRepository(createMemoryStorage(() => NOON));
const context = quietContext(testClock(NOON));
const totals = { rawBytes: 400, storedBytes: 100, rows: 3, tables: 1, segments: 1 };

function forecast(command: CommandName, freeBytes: number) {
  const resolved = resolveSettings({ command, environment: {}, flags: new Map() });
  return forecastFor(repository, { usage: { freeBytes, totalBytes: 1e6 }, resolved }, context);
}

test('a command that knows the rules of retention tells when all names together fill the repository', async () => {
  for (const name of ['a', 'b']) {
    for (const age of [4, 3, 2, 1, 0]) await putCommit(repository.storage, NOON - age * DAY, { name, totals });
  }
  const { fullAt = 0 } = (await forecast('backup', 2000)) ?? {};
  expect((fullAt - NOON) / DAY).toBeGreaterThan(8);
  expect((fullAt - NOON) / DAY).toBeLessThan(12);
  expect(await forecast('prune', 1e6)).toEqual({ fullAt: undefined });
  expect(await forecast('status', 2000)).toBeUndefined();
});
