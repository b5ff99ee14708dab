import { commitKey, createRecordKey } from '@postgres-backuper/format';
import { expect, test } from 'vitest';
import { createMemoryStorage } from '../../../testing/src/memory-storage.ts';
import { DAY, labelAt, NOON, putCommit, testClock, testRepository } from '../../../testing/src/repository.test-data.ts';
import { findBackup, type Target } from './find.ts';

async function find(target: Target, fill: (storage: ReturnType<typeof createMemoryStorage>) => Promise<unknown>) {
  const storage = createMemoryStorage();
  await fill(storage);
  return (await findBackup({ name: 'app', target }, testRepository(storage), testClock(NOON + DAY))).label;
}

const threeDays = async (storage: ReturnType<typeof createMemoryStorage>) => {
  for (const days of [0, 1, 2]) await putCommit(storage, NOON - days * DAY);
};

test('a backup is found by label, with and without its suffix', async () => {
  expect(await find({ label: labelAt(NOON - DAY) }, threeDays)).toBe(labelAt(NOON - DAY));
  expect(await find({ label: 'backup_20260314_120000' }, threeDays)).toBe(labelAt(NOON - DAY));
});

test('latest goes by the commit, which knows more than the second in the label', async () => {
  const found = await find({ latest: true }, async (storage) => {
    await putCommit(storage, NOON + 300, { label: labelAt(NOON, 'ffffff') });
    await putCommit(storage, NOON + 600, { label: labelAt(NOON, '000000') });
  });
  expect(found).toBe(labelAt(NOON, '000000'));
});

test('at finds the newest one that is not later', async () => {
  expect(await find({ at: NOON - DAY }, threeDays)).toBe(labelAt(NOON - DAY));
  expect(await find({ at: NOON - 1 }, threeDays)).toBe(labelAt(NOON - DAY));
  await expect(find({ at: NOON - 9 * DAY }, threeDays)).rejects.toMatchObject({
    code: 'backup-none',
    hint: `the oldest is '${labelAt(NOON - 2 * DAY)}'`,
  });
});

test('latest passes over what is damaged, failed a verification or lies in the future, and names each', async () => {
  const storage = createMemoryStorage(() => NOON + DAY);
  await threeDays(storage);
  const [failed, good] = [labelAt(NOON - DAY), labelAt(NOON - 2 * DAY)];
  const damaged = labelAt(NOON);
  const future = labelAt(NOON + 900 * DAY);
  await putCommit(storage, NOON + 900 * DAY);
  await storage.remove([commitKey({ name: 'app', label: damaged })]);
  await storage.put(commitKey({ name: 'app', label: damaged }), Buffer.from('{'));
  const key = createRecordKey({ name: 'app', label: failed }, { kind: 'verify-content-failed', now: NOON });
  await storage.put(key, Buffer.from('{}'));
  const target = { latest: true } as const;
  const found = await findBackup({ name: 'app', target }, testRepository(storage), testClock(NOON + DAY));
  expect(found.label).toBe(good);
  expect(found.passedOver.map(({ label, flaw }) => [label, flaw])).toEqual([
    [future, 'future'],
    [damaged, 'damaged'],
    [failed, 'failed'],
  ]);
});

test('a garbage commit whose label lies in the future is no newest backup', async () => {
  const storage = createMemoryStorage(() => NOON);
  await putCommit(storage, NOON - DAY);
  const label = labelAt(NOON + 900 * DAY);
  await storage.put(commitKey({ name: 'app', label }), Buffer.from('{'));
  const target = { latest: true } as const;
  const { passedOver } = await findBackup({ name: 'app', target }, testRepository(storage), testClock(NOON));
  expect(passedOver).toMatchObject([{ label, flaw: 'future' }]);
});

test.each([
  ['backup_20260314_120000_ffffff', labelAt(NOON - DAY)],
  ['backup_20260314_115900', labelAt(NOON - DAY)],
  ['backup_19990101_000000', labelAt(NOON - 2 * DAY)],
  ['backup_20260315_12000_ab12cd', labelAt(NOON)],
  ['nonsense', undefined],
])('%s is unknown, and the nearest label is shown', async (label, near) => {
  await expect(find({ label }, threeDays)).rejects.toMatchObject({
    code: 'label-unknown',
    hint: near === undefined ? expect.stringContaining('did you mean') : `did you mean '${near}'?`,
  });
});

test('a label without suffix that fits two is ambiguous, a whole one never', async () => {
  const two = async (storage: ReturnType<typeof createMemoryStorage>) => {
    await putCommit(storage, NOON);
    await putCommit(storage, NOON, { label: labelAt(NOON, 'ffffff') });
  };
  await expect(find({ label: 'backup_20260315_120000' }, two)).rejects.toMatchObject({ code: 'label-ambiguous' });
  expect(await find({ label: labelAt(NOON, 'ffffff') }, two)).toBe(labelAt(NOON, 'ffffff'));
});

test('without backups there is none, whatever is asked for', async () => {
  await expect(find({ latest: true }, async () => undefined)).rejects.toMatchObject({ code: 'backup-none' });
  await expect(find({ label: 'x' }, async () => undefined)).rejects.toMatchObject({ code: 'label-unknown' });
});

test('a name without backups is told the names that have some', async () => {
  const storage = createMemoryStorage();
  await threeDays(storage);
  const request = { name: 'postgres', target: { latest: true } } as const;
  await expect(findBackup(request, testRepository(storage), testClock(NOON + DAY))).rejects.toMatchObject({
    code: 'backup-none',
    hint: expect.stringMatching(/^choose one of the names that have backups .*: app$/),
  });
});

test('a damaged backup is named when asked for, and passed over by latest', async () => {
  const damaged = async (storage: ReturnType<typeof createMemoryStorage>) => {
    await threeDays(storage);
    await storage.put(commitKey({ name: 'app', label: labelAt(NOON + DAY) }), Buffer.from('{'));
  };
  expect(await find({ latest: true }, damaged)).toBe(labelAt(NOON));
  await expect(find({ label: labelAt(NOON + DAY) }, damaged)).rejects.toMatchObject({ code: 'commit-invalid' });
});
