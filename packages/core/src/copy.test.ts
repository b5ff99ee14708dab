import { BackuperError } from '@postgres-backuper/base';
import { type Commit, commitKey, createRecordKey, dataKey, segmentName, signatureKey } from '@postgres-backuper/format';
import { listBackups, type Storage, type StoredObject, survey } from '@postgres-backuper/repository';
import { faulty } from '@postgres-backuper/testing';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  DAY,
  NOON,
  putBackup,
  quietContext,
  SIGNER,
  signatureOf,
  standingOn,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import { expect, test } from 'vitest';
import { copy } from './copy.ts';
import { pin } from './pin.ts';
import { verify } from './verify.ts';

const CONTEXT = quietContext(testClock());
const MAX = { maxBytes: 1024 ** 2 };

/** A full with a differential; a copy of the latter into `target`. */
async function sets(target: Storage = createMemoryStorage()) {
  const source = createMemoryStorage();
  const full = await putBackup(source, NOON - 2 * DAY, { index: true });
  const differential = await putBackup(source, NOON - DAY, standingOn(full));
  const run = (label = differential.label, from: Storage = source) =>
    copy({ name: 'app', target: { label } }, { from: testRepository(from), to: testRepository(target) }, CONTEXT);
  return { source, target, full, differential, run };
}

const labelsIn = async (storage: Storage) =>
  (await listBackups({ name: 'app' }, testRepository(storage))).backups.map(({ label }) => label);

async function listed(storage: Storage, prefix: string) {
  const found: StoredObject[] = [];
  for await (const object of storage.list(prefix)) found.push(object);
  return found;
}

async function bytesOf(storage: Storage, key: string): Promise<string> {
  return Buffer.from(await storage.get(key, MAX)).toString('base64');
}

test('a differential brings its full, every object byte for byte, and both verify there', async () => {
  const { source, target, full, differential, run } = await sets();
  const result = await run();
  expect(result.copied).toMatchObject([
    { label: full.label, wasThere: false, objects: 5, sentObjects: 5 },
    { label: differential.label, parent: full.label, wasThere: false },
  ]);
  for (const { key } of await listed(source, 'app/'))
    expect(await bytesOf(target, key), key).toBe(await bytesOf(source, key));
  const request = { name: 'app', target: { all: true }, level: 'stored' } as const;
  expect((await verify(request, { repository: testRepository(target) }, CONTEXT)).backups).toHaveLength(2);
});

test('a second copy sends nothing and finds all again', async () => {
  const { run, target } = await sets();
  await run();
  const before = await listed(target, 'app/backups/');
  const again = await run();
  expect(again.copied).toMatchObject([
    { wasThere: true, sentBytes: 0 },
    { wasThere: true, sentBytes: 0 },
  ]);
  expect(await listed(target, 'app/backups/')).toEqual(before);
});

test('wherever a copy is cut off, what it left counts for nothing or is whole, and the next run sends the rest', async () => {
  const puts = 5 + 1 + 4 + 1 + 2; // objects and commits of both, and entries of the log
  for (let after = 0; after < puts; after += 1) {
    const memory = createMemoryStorage();
    let left = after;
    const dying: Storage = {
      ...memory,
      put: async (...call) => {
        if (left <= 0) throw new BackuperError('storage-failed', 'cut off');
        left -= 1;
        await memory.put(...call);
      },
    };
    const { run, full, differential, target } = await sets(dying);
    await run().catch(() => undefined);
    const there = await labelsIn(memory);
    expect([[], [full.label], [full.label, differential.label]], `after ${after}`).toContainEqual(there);
    const verified = { name: 'app', target: { all: true }, level: 'stored' } as const;
    if (there.length > 0) await verify(verified, { repository: testRepository(memory) }, CONTEXT);
    left = Number.POSITIVE_INFINITY;
    const kept = memory.keys().filter((key) => key.includes('/data/')).length;
    const { copied } = await run();
    expect(copied.reduce((sum, { sentObjects }) => sum + sentObjects, 0)).toBe(9 - kept);
    expect(await labelsIn(target)).toEqual([full.label, differential.label]);
  }
});

test.each([
  ['its commit', (commit: Commit) => commitKey(commit)],
  ['an object', (commit: Commit) => dataKey(commit, segmentName(1, true))],
])('another backup of that label is refused by %s and stays as it is', async (_, keyOf) => {
  const { target, full, run } = await sets();
  await target.put(keyOf(full), Buffer.from('another'));
  await expect(run(full.label)).rejects.toMatchObject({ code: 'backup-exists' });
  expect(Buffer.from(await target.get(keyOf(full), MAX)).toString()).toBe('another');
  if (keyOf(full) !== commitKey(full)) expect(await labelsIn(target)).toEqual([]);
});

test('a damaged object of the source ends the copy before a commit', async () => {
  const { source, target, full, run } = await sets();
  const altered = faulty(source);
  altered
    .addFault('get')
    .on(/segment-00000001/)
    .alter((body) => body.map((byte) => byte ^ 1));
  await expect(run(full.label, altered)).rejects.toMatchObject({ code: 'object-altered' });
  expect(await labelsIn(target)).toEqual([]);
});

test('a put that the target forgets is found before the commit, and the hint says to copy again', async () => {
  const memory = createMemoryStorage();
  const target = faulty(memory);
  target
    .addFault('put')
    .on(/segment-00000000/)
    .swallow();
  const { full, run } = await sets(target);
  await expect(run(full.label)).rejects.toMatchObject({
    code: 'object-altered',
    hint: expect.stringMatching('^copy again'),
  });
  expect(await labelsIn(memory)).toEqual([]);
  await run(full.label);
  expect(await labelsIn(memory)).toEqual([full.label]);
});

test('a copy that is damaged by now is no success', async () => {
  const { target, full, run } = await sets();
  await run(full.label);
  await target.remove([dataKey(full, segmentName(0, true))]);
  await expect(run(full.label)).rejects.toMatchObject({
    code: 'object-altered',
    message: expect.stringMatching('missing'),
  });
});

test('pins, verdicts and the signature go along, with their signatures; heartbeats do not', async () => {
  const { source, target, full } = await sets();
  await source.put(signatureKey(full), Buffer.from(signatureOf(await source.get(commitKey(full), MAX))));
  const signing = { signer: SIGNER, trusted: SIGNER };
  const from = testRepository(source, signing);
  await pin({ name: 'app', label: full.label }, { repository: from }, CONTEXT).catch(() => undefined);
  const beat = createRecordKey(full, { kind: 'heartbeat', now: NOON });
  await source.put(beat, Buffer.from('{}'));
  const to = testRepository(target, signing);
  await copy({ name: 'app', target: { label: full.label } }, { from, to }, CONTEXT);
  const { backups } = await survey({ name: 'app' }, to);
  expect(backups).toMatchObject([{ label: full.label, pinned: true, pinProven: true }]);
  expect((await listed(target, 'app/')).map(({ key }) => key)).not.toContain(beat);
});
