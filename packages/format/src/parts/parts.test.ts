import { expect, test } from 'vitest';
import { RANGE_SEGMENTS, RANGES_MAX, segmentName, segmentNumber } from '../keys.ts';
import { type DonePart, readDonePart, writeDonePart } from './done-part.ts';
import { derivePartsKey } from './parts-key.ts';
import { type PartsPlan, readPlan, writePlan } from './parts-plan.ts';

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
  objects: [{ key: segmentName(2 * RANGE_SEGMENTS, true), sizeBytes: 3, sha256 }],
  tables: [{ file: '3456.dat', sizeBytes: 3, sha256, extents: [[0, 512, 3]], copy: { rows: 1, bytes: 1, sha256 } }],
};

test('a plan and the list of a part are read as they were written', () => {
  expect(readPlan(writePlan(PLAN, to), to)).toEqual(PLAN);
  expect(readDonePart(writeDonePart(DONE, to), 2, to)).toEqual(DONE);
});

test('neither is readable with another secret, under another label or name, altered, or in the place of another', () => {
  const [plan, done] = [writePlan(PLAN, to), writeDonePart(DONE, to)];
  const others = [
    { key: derivePartsKey(Buffer.alloc(32, 2)) },
    { label: 'backup_20260315_021500_a1b2c4' },
    { name: 'b' },
  ];
  for (const other of others) {
    expect(() => readPlan(plan, { ...to, ...other })).toThrow(/was altered or cut/);
    expect(() => readDonePart(done, 2, { ...to, ...other })).toThrow(/was altered or cut/);
  }
  expect(() => readDonePart(done, 3, to)).toThrow(/was altered or cut/);
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
