import { dataKey, type RecordKind, segmentName } from '@postgres-backuper/format';
import { writeRecord } from '@postgres-backuper/repository';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
  HOUR,
  labelAt,
  NOON,
  putCommit,
  quietContext,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { nameState } from './name-state.ts';

const NOW = NOON + 10 * DAY;
const clock = testClock(NOW);
const context = quietContext(clock);

function repositoryAt(time: { now: number }) {
  return testRepository(createMemoryStorage(() => time.now));
}

test('a name without backups has zero of them, and nothing else is known', async () => {
  expect(await nameState('app', repositoryAt({ now: NOW }), context)).toEqual({
    ...{ name: 'app', newest: undefined, held: { backups: 0, storedBytes: 0 }, bad: 0, verifiedAt: {} },
    leftOvers: { runs: 0, storedBytes: 0 },
  });
});

test('the newest good backup, all that are held, and the last verification of each level', async () => {
  const time = { now: NOON };
  const repository = repositoryAt(time);
  const totals = { rawBytes: 400, storedBytes: 100, rows: 3, tables: 1, segments: 1 };
  for (const day of [0, 1, 2]) {
    time.now = NOON + day * DAY;
    await putCommit(repository.storage, time.now, { totals });
  }
  const note = (day: number, kind: RecordKind, at: number) => {
    time.now = at;
    return writeRecord({ name: 'app', label: labelAt(NOON + day * DAY), kind }, repository, {
      ...{ clock: testClock(at), tool: 'test', signal: context.signal },
    });
  };
  await note(0, 'verify-restore-exact', NOON + 3 * DAY);
  await note(1, 'verify-content-ok', NOON + 4 * DAY);
  await note(2, 'verify-content-failed', NOON + 5 * DAY);
  expect(await nameState('app', repository, context)).toMatchObject({
    newest: { label: labelAt(NOON + DAY), durationMs: 60_000, fullBytes: undefined, totals },
    ...{ held: { backups: 3, storedBytes: 300 }, bad: 1 },
    // a restore proves contents as well; what failed proves nothing
    verifiedAt: { stored: NOON + 4 * DAY, content: NOON + 4 * DAY, restore: NOON + 3 * DAY },
  });
});

test('a run is left over when it has been silent for two hours', async () => {
  const time = { now: NOW };
  const repository = repositoryAt(time);
  const put = (startedAt: number) =>
    repository.storage.put(
      dataKey({ name: 'app', label: labelAt(startedAt) }, segmentName(0, true)),
      Buffer.from('12345'),
    );
  await put(NOW - HOUR / 2);
  expect(await nameState('app', repository, context)).toMatchObject({ leftOvers: { runs: 0 } });
  time.now = NOW - 3 * HOUR;
  await put(NOW - 4 * HOUR);
  expect(await nameState('app', repository, context)).toMatchObject({ leftOvers: { runs: 1, storedBytes: 5 } });
});
