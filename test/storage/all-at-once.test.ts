import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBackuperError } from '@postgres-backuper/base';
import { list, prune, verify } from '@postgres-backuper/core';
import { createLocalStorage } from '@postgres-backuper/storage-local';
import {
  labelAt,
  putBackup,
  quietContext,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readingBackup } from '../../packages/core/src/restore/reading-backup.ts';

const KEPT = 2;
const RUN_MS = 1500;
let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'all-at-once-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** As a process of its own has them. */
const services = () => ({ repository: testRepository(createLocalStorage({ directory })) });
const context = () => quietContext({ ...testClock(), now: Date.now, elapsed: () => performance.now() });
const retention = { keepLast: KEPT, keepMinimum: 1 };
const PRUNE = { name: 'app', retention, dryRun: false, force: true, acceptNewServer: false };

/** Does it again and again; a backup that was deleted meanwhile is no failure where it is the only one asked for. */
async function again(untilMs: number, what: () => Promise<unknown>): Promise<void> {
  while (performance.now() < untilMs) {
    await what().catch((error: unknown) => {
      if (!isBackuperError(error, 'backup-none')) throw error;
    });
  }
}

test('backups beside prunes, verifications and readers in one directory: nothing is lost, no damage is reported', {
  retry: 0,
}, async () => {
  const made: string[] = [];
  const store = async () => {
    const startedAt = Date.now();
    const label = labelAt(startedAt, made.length.toString(16).padStart(6, '0'));
    made.push(label);
    await putBackup(services().repository.storage, startedAt, { label });
  };
  for (let count = 0; count < 4; count += 1) await store();
  const untilMs = performance.now() + RUN_MS;
  const look = (target: { all: true } | { latest: true }) =>
    verify({ name: 'app', target, level: 'stored' }, services(), context());
  const read = () =>
    readingBackup(
      { name: 'app', target: { latest: true } },
      { ...services(), use: async ({ segments }) => segments.length },
      context(),
    );
  await Promise.all([
    again(untilMs, store),
    again(untilMs, store),
    again(untilMs, () => prune(PRUNE, services(), context())),
    again(untilMs, () => prune(PRUNE, services(), context())),
    again(untilMs, () => look({ all: true })),
    again(untilMs, () => look({ all: true })),
    again(untilMs, () => look({ latest: true })),
    again(untilMs, read),
  ]);
  await prune(PRUNE, services(), context());
  const { backups } = await look({ all: true });
  expect(backups.every(({ ok }) => ok)).toBe(true);
  const { backups: kept } = await list({ name: 'app', retention }, services(), context());
  expect(kept).toHaveLength(KEPT);
  for (const room of ['data', 'records']) {
    expect(kept.map(({ label }) => label)).toEqual(expect.arrayContaining(await readdir(join(directory, 'app', room))));
  }
});
