import { expect, test } from 'vitest';
import { CHUNK_ENTRY_BYTES } from '../chunks/chunk-index.ts';
import { createExtents } from '../extents.ts';
import { PLAN_NAME, RANGE_SEGMENTS, RANGES_MAX, segmentName, segmentNumber } from '../keys.ts';
import { createObjectList } from '../object-list.ts';
import { fields, oneOf, type Shape } from '../shape.ts';
import { type DonePart, rawBytesOf, readDonePart, writeDonePart } from './done-part.ts';
import { readPartChunks, writePartChunks } from './part-chunks.ts';
import { derivePartsKey } from './parts-key.ts';
import { type PartsPlan, readPlan, writePlan } from './parts-plan.ts';
import { openDocument } from './sealed-document.ts';

const key = derivePartsKey(Buffer.alloc(32, 1));
const to = { name: 'app', label: 'backup_20260315_021500_a1b2c3', key };
const run = 'a'.repeat(32);
const table = { oid: '16384', file: '3456.dat', copyStatement: 'Q09QWQ==', bytes: 10 };
const PLAN: PartsPlan = {
  ...{ version: 1, run, snapshotId: '00000003-0000001B-1', encoding: 'UTF8', readers: 'openpgp AB' },
  parts: [[table], []],
};
const sha256 = 'b'.repeat(64);
const DONE: DonePart = {
  ...{ version: 1, run, part: 1, range: 2, machine: null, durationMs: 5 },
  objects: createObjectList([{ key: segmentName(2 * RANGE_SEGMENTS, true), sizeBytes: 3, sha256 }]),
  tables: [{ file: '3456.dat', sizeBytes: 3, sha256, extents: [[0, 512, 3]], copy: { rows: 1, bytes: 1, sha256 } }],
};

/** With arrays in the place of packed lists. */
const plain = (done: DonePart) => ({
  ...done,
  objects: [...done.objects],
  tables: done.tables.map((one) => ({ ...one, extents: [...one.extents] })),
});

test('a plan and the list of a part are read as they were written', async () => {
  const inSet: PartsPlan = { ...PLAN, version: 2, set: { type: 'full', chunkBytes: 32_768 } };
  const set = { type: 'differential', parent: to.label, parentObjects: sha256, settings: sha256 } as const;
  for (const plan of [PLAN, inSet, { ...inSet, set }]) expect(readPlan(writePlan(plan, to), to)).toEqual(plan);
  expect(plain(await readDonePart(writeDonePart(DONE, to), 2, to))).toEqual(plain(DONE));
  const none = { ...DONE, objects: createObjectList(), tables: [] };
  expect(plain(await readDonePart(writeDonePart(none, to), 2, to))).toEqual(plain(none));
});

test('a plan with large objects and the list of their part are read as they were written', async () => {
  const plan: PartsPlan = { ...PLAN, version: 2, largeObjects: { part: 2, clientMajor: 18 } };
  expect(readPlan(writePlan(plan, to), to)).toEqual(plan);
  const files = [{ name: 'large-objects.dump', sizeBytes: 3, sha256, extents: createExtents([[0, 512, 3]]) }];
  const { files: read = [], ...rest } = await readDonePart(writeDonePart({ ...DONE, files }, to), 2, to);
  expect(read.map((one) => ({ ...one, extents: [...one.extents] }))).toEqual([{ ...files[0], extents: [[0, 512, 3]] }]);
  expect(plain(rest)).toEqual(plain(DONE));
  expect(rawBytesOf({ ...DONE, files })).toBe(6);
  const named = files.map((one) => ({ ...one, name: 'large-objects.dump/../x' }));
  await expect(readDonePart(writeDonePart({ ...DONE, files: named }, to), 2, to)).rejects.toThrow('files[0].name');
});

test('a plan with large objects is refused by a version that knows none', () => {
  const known = fields<Pick<PartsPlan, 'version'>>({ version: oneOf(1) as Shape<1> });
  const read = (plan: PartsPlan) => openDocument(writePlan(plan, to), known, { ...to, object: PLAN_NAME });
  expect(read(PLAN)).toEqual({ version: 1 });
  expect(() => read({ ...PLAN, version: 2, largeObjects: { part: 1, clientMajor: 18 } })).toThrow("'version'");
});

test('a list of many segments is read as it was written', async () => {
  const numbers = Array.from({ length: 3000 }, (_, number) => number);
  const key = (number: number) => segmentName(2 * RANGE_SEGMENTS + number, true);
  const objects = createObjectList(
    numbers.map((number) => ({ key: key(number), sizeBytes: number, sha256, md5: 'c'.repeat(32) })),
  );
  const tables = DONE.tables.map((one) => ({ ...one, extents: numbers.map((n) => [n, 512, 8_000_000] as const) }));
  const many = { ...DONE, objects, tables };
  expect(plain(await readDonePart(writeDonePart(many, to), 2, to))).toEqual(plain(many));
});

test('only the list of a differential may have pieces in a parent, more than a worker stores segments', async () => {
  const extents = Array.from({ length: RANGE_SEGMENTS + 2000 }, (_, n) => [n, 512, 3, 1] as const);
  const many = { ...DONE, tables: DONE.tables.map((one) => ({ ...one, extents })) };
  await expect(readDonePart(writeDonePart(many, to), 2, to)).rejects.toThrow('in a parent');
  const done = await readDonePart(writeDonePart({ ...many, set: 'references' }, to), 2, to);
  const read = done.tables[0]?.extents;
  expect([read?.length, read?.at(0), read?.at(extents.length - 1)]).toEqual([
    extents.length,
    extents[0],
    extents.at(-1),
  ]);
});

const CHUNKED: DonePart = {
  ...{ ...DONE, set: 'chunks' },
  tables: [
    ...DONE.tables.map((one) => ({ ...one, chunks: 2 })),
    ...DONE.tables.map((one) => ({ ...one, file: '7.dat', sizeBytes: 0, chunks: 0 })),
  ],
};
const chunks = (...lengths: readonly number[]) =>
  Buffer.concat(
    lengths.map((length) => {
      const entry = Buffer.alloc(CHUNK_ENTRY_BYTES, 5);
      entry.writeUInt32BE(length, CHUNK_ENTRY_BYTES - 4);
      return entry;
    }),
  );

test('the chunks of other files follow those of tables', () => {
  const file = { name: 'large-objects.dump', sizeBytes: 4, sha256, extents: [], chunks: 1 };
  const own = [chunks(1, 2), chunks(), chunks(4)];
  const stored = writePartChunks(own, CHUNKED, to);
  expect(readPartChunks(stored, { ...CHUNKED, files: [file] }, to)).toEqual(own);
  const other = { ...CHUNKED, files: [{ ...file, sizeBytes: 5 }] };
  expect(() => readPartChunks(stored, other, to)).toThrow(`has other bytes than 'large-objects.dump'`);
});

test('the chunks of a part are read as they were written, with its own list alone', async () => {
  const done = await readDonePart(writeDonePart(CHUNKED, to), 2, to);
  expect(plain(done)).toEqual(plain(CHUNKED));
  const own = [chunks(1, 2), chunks()];
  const stored = writePartChunks(own, done, to);
  expect(readPartChunks(stored, done, to)).toEqual(own);
  expect(() => readPartChunks(stored, { ...done, run: 'b'.repeat(32) }, to)).toThrow(/was altered or cut/);
  expect(() => readPartChunks(stored, { ...done, range: 3 }, to)).toThrow(/was altered or cut/);
});

test.each([
  ['fewer', 'has fewer chunks', [chunks(3), chunks()]],
  ['more', 'has more chunks', [chunks(1, 1, 1), chunks()]],
  ['others', `has other bytes than '3456.dat'`, [chunks(1, 1), chunks()]],
])('%s chunks than the list of a part says are refused', (_, problem, others) => {
  expect(() => readPartChunks(writePartChunks(others, CHUNKED, to), CHUNKED, to)).toThrow(problem);
});

test('neither is readable with another secret, under another label or name, altered, or in the place of another', async () => {
  const [plan, done] = [writePlan(PLAN, to), writeDonePart(DONE, to)];
  const others = [
    { key: derivePartsKey(Buffer.alloc(32, 2)) },
    { label: 'backup_20260315_021500_a1b2c4' },
    { name: 'b' },
  ];
  for (const other of others) {
    expect(() => readPlan(plan, { ...to, ...other })).toThrow(/was altered or cut/);
    await expect(readDonePart(done, 2, { ...to, ...other })).rejects.toThrow(/was altered or cut/);
  }
  await expect(readDonePart(done, 3, to)).rejects.toThrow(/was altered or cut/);
  expect(() => readPlan(done, to)).toThrow(/was altered or cut/);
  const altered = Buffer.from(plan);
  altered.writeUInt8(altered.readUInt8(60) ^ 1, 60);
  expect(() => readPlan(altered, to)).toThrow(/was altered or cut/);
});

test('what a plan names is not readable in it', () => {
  expect(writePlan(PLAN, to).includes('3456')).toBe(false);
});

test('the last segment of the last range has a name of eight digits', () => {
  const last = RANGES_MAX * RANGE_SEGMENTS - 1;
  expect(segmentNumber(segmentName(last, true))).toBe(last);
});
