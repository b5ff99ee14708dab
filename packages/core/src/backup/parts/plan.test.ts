import { createObjectList, type DonePart, type PlannedSet } from '@postgres-backuper/format';
import type { Session, SplitTable } from '@postgres-backuper/postgres';
import { expect, test } from 'vitest';
import { filesOf, largeObjectsOf, makePlan, type Plan, planText, requireFit } from './plan.ts';

const MiB = 1024 ** 2;
const session = { query: async () => [{ blocks: 1 }] } as unknown as Session;

/** A plan for tables of so many MiB, whose files are 0.dat, 1.dat …, and large objects of so many. */
async function planned(mebibytes: readonly number[], large: number | undefined, count = 2): Promise<Plan> {
  const tables = mebibytes.map((_, dumpId) => ({ entry: { dumpId, hasData: true } }) as SplitTable);
  const bytesOf = ({ entry }: SplitTable) => (mebibytes[entry.dumpId] ?? 0) * MiB;
  const largeObjects = large === undefined ? undefined : { bytes: large * MiB };
  return makePlan({ tables, bytesOf, largeObjects, count }, session);
}

test('large objects go to the part that has least when their turn comes by their size', async () => {
  const files = async (large: number | undefined) => (await planned([8, 7, 3], large)).map(filesOf);
  expect(await files(undefined)).toEqual([['0.dat'], ['1.dat', '2.dat']]);
  expect(await files(100)).toEqual([['large-objects.dump'], ['0.dat', '1.dat', '2.dat']]);
  expect(await files(7.5)).toEqual([
    ['0.dat', '2.dat'],
    ['1.dat', 'large-objects.dump'],
  ]);
  expect((await planned([], 20)).map(filesOf)).toEqual([['large-objects.dump'], []]);
});

test('only where it saves time, and many small ones take long', () => {
  const read = (largeObjects: number, mebibytes: number, isAsked = true) =>
    largeObjectsOf({ largeObjects: isAsked, inventory: { largeObjects, largeObjectBytes: mebibytes * MiB } })?.bytes;
  expect([read(1, 15), read(100, 16), read(1900, 1), read(2000, 1)]).toEqual([
    undefined,
    16 * MiB + 100 * 8192,
    undefined,
    MiB + 2000 * 8192,
  ]);
  expect(read(2000, 1000, false)).toBeUndefined();
});

test('a plan says what it shares', async () => {
  expect(planText(await planned([8, 7], 100))).toBe(
    '2 large tables in 2 parts, the large objects in part 1; this run reads the others',
  );
  expect(planText(await planned([8], undefined))).toBe('1 large table in 2 parts; this run reads the others');
});

test('the list of a part has exactly what the plan says', async () => {
  const plan = await planned([8], 100);
  const facts = { version: 1, run: 'a', range: 1, machine: null, durationMs: 1, objects: createObjectList() } as const;
  const stored = { sizeBytes: 0, sha256: '', extents: [] };
  const files = [{ name: 'large-objects.dump', ...stored }];
  const tables = [{ file: '0.dat', ...stored, copy: { rows: 0, bytes: 0, sha256: '' } }];
  const fits = (done: Pick<DonePart, 'part' | 'tables' | 'files' | 'set'>) => () =>
    requireFit({ ...facts, ...done }, plan, {});
  expect(fits({ part: 1, tables: [], files })).not.toThrow();
  expect(fits({ part: 2, tables })).not.toThrow();
  const others = [
    { part: 1, tables: [] },
    { part: 1, tables: [], files: [...files, ...files] },
    { part: 1, tables, files },
    { part: 2, tables, files },
    { part: 3, tables: [], files },
  ];
  for (const other of others) expect(fits(other)).toThrow('does not fit the plan');
  expect(fits({ part: 2, tables, set: 'chunks' })).toThrow('does not fit the plan');
  const ofSets: readonly (readonly [PlannedSet, readonly DonePart['set'][]])[] = [
    [{ type: 'full', chunkBytes: 1024 }, ['chunks', 'too-many-chunks']],
    [{ type: 'differential', parent: 'a', parentObjects: 'b', settings: 'c' }, ['references']],
  ];
  for (const [planned, allowed] of ofSets)
    for (const one of ['chunks', 'too-many-chunks', 'references', undefined] as const) {
      const done = { ...facts, part: 2, tables, ...(one === undefined ? {} : { set: one }) };
      const fit = () => requireFit(done, plan, { set: { planned, adopt: () => undefined } });
      if (allowed.includes(one)) expect(fit).not.toThrow();
      else expect(fit).toThrow('does not fit the plan');
    }
});
