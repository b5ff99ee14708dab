import type { Event } from '@postgres-backuper/base';
import { commitKey } from '@postgres-backuper/format';
import { deleteBackups, findBackup, listBackups, type Storage } from '@postgres-backuper/repository';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
  labelAt,
  NOON,
  putBackup,
  quietContext,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import type { VerifyRequest } from './verify/contract.ts';
import { verify } from './verify.ts';

const AGES = [0, 1, 2];

/** A repository in which somebody deletes `label` as soon as its data are looked at. */
async function deletedMeanwhile(label: string) {
  const memory = createMemoryStorage(() => NOON);
  for (const age of AGES) await putBackup(memory, NOON - age * DAY);
  let isDeleting = false;
  const storage: Storage = {
    ...memory,
    async *list(prefix, options) {
      if (prefix.includes(`/data/${label}/`) && !isDeleting) {
        isDeleting = true;
        await deleteBackups([{ name: 'app', label }], { storage: memory });
      }
      yield* memory.list(prefix, options);
    },
  };
  const events: Event[] = [];
  const context = { ...quietContext(testClock(NOON + DAY)), emit: (event: Event) => void events.push(event) };
  const run = (target: VerifyRequest['target']) =>
    verify({ name: 'app', target, level: 'stored' }, { repository: testRepository(storage) }, context);
  return { memory, run, notices: () => events.filter(({ type }) => type === 'notice') };
}

test('a backup that is deleted while it is verified is no damage, and gets no verdict', async () => {
  const label = labelAt(NOON - DAY);
  const { memory, notices, run } = await deletedMeanwhile(label);
  const { backups } = await run({ all: true });
  expect(backups.map((backup) => [backup.label, backup.ok])).toEqual([
    [labelAt(NOON - 2 * DAY), true],
    [labelAt(NOON), true],
  ]);
  expect(notices()).toMatchObject([{ text: expect.stringContaining('was deleted while it was verified') }]);
  expect(memory.keys().filter((key) => key.includes(label))).toEqual([]);
});

test.each(['before', 'after'])(
  'a good backup that is deleted just %s its verdict is written keeps none',
  async (when) => {
    const memory = createMemoryStorage(() => NOON);
    const { name, label } = await putBackup(memory, NOON);
    const remove = () => deleteBackups([{ name, label }], { storage: memory });
    const storage: Storage = {
      ...memory,
      async put(key, ...rest) {
        if (when === 'before') await remove();
        await memory.put(key, ...rest);
        if (when === 'after') await memory.remove([commitKey({ name, label })]);
      },
    };
    const asked = { name, target: { all: true }, level: 'stored' } as const;
    await verify(asked, { repository: testRepository(storage) }, quietContext(testClock(NOON + DAY)));
    expect(memory.keys().filter((key) => key.includes('/records/'))).toEqual([]);
  },
);

test('the newest backup is another one when it was deleted', async () => {
  const { run } = await deletedMeanwhile(labelAt(NOON));
  expect((await run({ latest: true })).backups).toMatchObject([{ label: labelAt(NOON - DAY), ok: true }]);
});

test('a backup that was asked for by its label and is gone is said to be', async () => {
  const { run } = await deletedMeanwhile(labelAt(NOON));
  await expect(run({ label: labelAt(NOON) })).rejects.toMatchObject({ code: 'backup-none', exitStatus: 1 });
});

test('a commit that vanishes between listing and reading is no damaged backup', async () => {
  const memory = createMemoryStorage();
  for (const age of AGES) await putBackup(memory, NOON - age * DAY);
  const key = commitKey({ name: 'app', label: labelAt(NOON) });
  const storage: Storage = {
    ...memory,
    async get(asked, options) {
      if (asked === key) await memory.remove([key]);
      return memory.get(asked, options);
    },
  };
  expect(await listBackups({ name: 'app' }, testRepository(storage))).toMatchObject({
    backups: [{ label: labelAt(NOON - 2 * DAY) }, { label: labelAt(NOON - DAY) }],
    damaged: [],
  });
});

test('verify latest fails when the newest backup is damaged, whatever lies before it', async () => {
  const storage = createMemoryStorage(() => NOON);
  for (const age of AGES) await putBackup(storage, NOON - age * DAY);
  const key = commitKey({ name: 'app', label: labelAt(NOON) });
  await storage.remove([key]);
  await storage.put(key, Buffer.from('{'));
  const asked = { name: 'app', target: { latest: true }, level: 'stored' } as const;
  const context = quietContext(testClock(NOON + DAY));
  await expect(verify(asked, { repository: testRepository(storage) }, context)).rejects.toMatchObject({
    code: 'verification-failed',
    exitStatus: 3,
    message: expect.stringContaining(labelAt(NOON)),
  });
});

/** A repository in which the newest backup is replaced `times` times between its listing and its reading. */
async function replacedMeanwhile(times: number) {
  const memory = createMemoryStorage(() => NOON);
  await putBackup(memory, NOON - DAY);
  let left = times;
  const storage: Storage = {
    ...memory,
    async get(key, options) {
      if (key.includes('/backups/') && left > 0 && options.fresh === true) {
        left -= 1;
        const { backups } = await listBackups({ name: 'app' }, testRepository(memory));
        await putBackup(memory, NOON - left * 60_000);
        const ids = backups.map(({ label }) => ({ name: 'app', label }));
        await deleteBackups(ids, { storage: memory });
      }
      return memory.get(key, options);
    },
  };
  return { repository: testRepository(storage), context: quietContext(testClock(NOON + DAY)) };
}

test.each([1, 2])('the newest backup is another one when %i were deleted before they were read', async (times) => {
  const first = await replacedMeanwhile(times);
  const found = await findBackup({ name: 'app', target: { latest: true } }, first.repository, first.context.clock);
  expect(found.label).toBe(labelAt(NOON));
  const { repository, context } = await replacedMeanwhile(times);
  const request = { name: 'app', target: { latest: true }, level: 'stored' } as const;
  expect((await verify(request, { repository }, context)).backups).toMatchObject([{ label: labelAt(NOON), ok: true }]);
});

test('a backup that was deleted before it was read is named as deleted where its label was given', async () => {
  const { repository, context } = await replacedMeanwhile(1);
  const target = { label: labelAt(NOON - DAY) };
  await expect(findBackup({ name: 'app', target }, repository, context.clock)).rejects.toMatchObject({
    code: 'backup-none',
    message: expect.stringContaining('was deleted'),
  });
});

test('where all backups were replaced while they were verified the new ones are verified', async () => {
  const memory = createMemoryStorage(() => NOON);
  const { name, label } = await putBackup(memory, NOON - DAY);
  const storage: Storage = {
    ...memory,
    async *list(prefix, options) {
      if (prefix === `app/data/${label}/` && memory.keys().includes(commitKey({ name, label }))) {
        await putBackup(memory, NOON);
        await deleteBackups([{ name, label }], { storage: memory });
      }
      yield* memory.list(prefix, options);
    },
  };
  const request = { name: 'app', target: { all: true }, level: 'stored' } as const;
  const context = quietContext(testClock(NOON + DAY));
  const { backups } = await verify(request, { repository: testRepository(storage) }, context);
  expect(backups).toMatchObject([{ label: labelAt(NOON), ok: true }]);
});
