import {
  type Commit,
  commitKey,
  createRecordKey,
  dataKey,
  INDEX_NAME,
  segmentName,
  signatureKey,
} from '@postgres-backuper/format';
import { writeRecord } from '@postgres-backuper/repository';
import { createMemoryStorage } from '@postgres-backuper/testing/memory-storage';
import {
  HOUR,
  labelAt,
  NOON,
  putCommit,
  quietContext,
  SIGNER,
  sampleCommit,
  signatureOf,
  standingOn,
  testClock,
  testRepository,
} from '@postgres-backuper/testing/repository-data';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RECORD_KINDS } from '../../format/src/records.ts';
import { type PruneResult, prune } from './prune.ts';

const OTHER_SERVER = { ...sampleCommit().database, host: 'other.example' };

/** Else hardly anything would be deleted: brakes would refuse it. */
const rarely = fc.nat(15).map((one) => one === 0);
const often = fc.nat(5).map((one) => one > 0);
const kinds = fc.constantFrom(...RECORD_KINDS);
/** What the owner made, oldest first: signed fulls and differentials with their records, and runs that came to no end. */
const owned = fc
  .array(
    fc.record({
      ...{ hours: fc.integer({ min: 1, max: 60 * 24 }), whole: often, moved: rarely, stands: fc.boolean() },
      records: fc.array(kinds, { maxLength: 3 }),
    }),
    { minLength: 2, maxLength: 12 },
  )
  .map((all) => all.sort((a, b) => b.hours - a.hours));
/** What somebody else put beside it: records and, without a kind, commits, of any label and with any time. */
const foreign = fc.array(
  fc.record({
    ...{ beside: fc.option(fc.nat(11)), kind: fc.option(kinds), hours: fc.integer({ min: -9600, max: 1440 }) },
    storedHours: fc.integer({ min: -100, max: 1440 }),
  }),
  { maxLength: 6 },
);
const settings = fc.record({
  ...{ keepDays: fc.constantFrom(0, 7, 30), keepLast: fc.nat(4), keepDaily: fc.nat(3), keepWeekly: fc.nat(3) },
  keepMinimum: fc.integer({ min: 1, max: 3 }),
});

type ValueOf<Arbitrary> = Arbitrary extends fc.Arbitrary<infer Value> ? Value : never;

async function fill(all: ValueOf<typeof owned>) {
  const clock = testClock();
  const storage = createMemoryStorage(clock.now);
  const labels: string[] = [];
  let full: Commit | undefined;
  for (const [index, { hours, whole, moved, stands, records }] of all.entries()) {
    const at = NOON - hours * HOUR;
    const id = { name: 'app', label: labelAt(at, index.toString(16).padStart(6, '0')) };
    labels.push(id.label);
    clock.set(at);
    await storage.put(dataKey(id, segmentName(0, true)), Buffer.from('x'));
    if (!whole) continue;
    const isFull = full === undefined || !stands;
    if (isFull) await storage.put(dataKey(id, INDEX_NAME), Buffer.from('x'));
    const standing = full === undefined || !stands ? {} : standingOn(full);
    const commit = await putCommit(storage, at, {
      ...{ label: id.label, ...standing },
      ...(moved ? { database: OTHER_SERVER } : {}),
    });
    if (isFull) full = commit;
    const bytes = await storage.get(commitKey(id), { maxBytes: 8192 });
    await storage.put(signatureKey(id), Buffer.from(signatureOf(bytes)));
    for (const kind of records) {
      clock.set(clock.now() + 60_000);
      await writeRecord({ ...id, kind }, { storage, signer: SIGNER }, { clock, tool: 'test' });
    }
  }
  return { clock, storage, labels };
}

async function add(
  { clock, storage, labels }: Awaited<ReturnType<typeof fill>>,
  words: ValueOf<typeof foreign>,
): Promise<void> {
  for (const [index, { beside, hours, kind, storedHours }] of words.entries()) {
    const at = NOON - hours * HOUR;
    const label = labels[beside ?? -1] ?? labelAt(at, `f0000${index}`);
    clock.set(NOON - storedHours * HOUR);
    const id = { name: 'app', label };
    if (kind !== null) await storage.put(createRecordKey(id, { kind, now: at }), Buffer.from('{}'));
    else if (!storage.keys().includes(commitKey(id))) await putCommit(storage, at, { label });
  }
}

/** The backups that a run of prune would delete. */
function gone({ backups, refusals }: PruneResult): string[] {
  return refusals.length > 0 ? [] : backups.filter(({ action }) => action === 'delete').map(({ label }) => label);
}

test('whatever somebody without the key puts beside the backups, no more of them are deleted', async () => {
  let deletions = 0;
  await fc.assert(
    fc.asyncProperty(owned, foreign, settings, fc.boolean(), async (all, words, retention, force) => {
      const filled = await fill(all);
      const repository = testRepository(filled.storage, { trusted: SIGNER, signer: SIGNER });
      const request = { name: 'app', retention, dryRun: true, force, acceptNewServer: false };
      const look = async () => {
        filled.clock.set(NOON);
        return gone(await prune(request, { repository }, quietContext(filled.clock)));
      };
      const without = await look();
      deletions += without.length;
      await add(filled, words);
      expect(without).toEqual(expect.arrayContaining(await look()));
    }),
    { numRuns: 1000 },
  );
  expect(deletions).toBeGreaterThan(50);
}, 300_000);
