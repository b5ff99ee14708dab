import { createHash } from 'node:crypto';
import type { MarkedTable } from '@postgres-backuper/format';
import type { SplitTable } from '@postgres-backuper/postgres';
import { expect, test } from 'vitest';
import { chooseUnread, compareSample, unreadText } from './unread.ts';

const HASH = 'a'.repeat(64);

function tableOf(oid: string): SplitTable {
  const entry = { oid, schema: 'public', tag: `t${oid}`, fileName: `${oid}.dat`, copyStatement: `COPY t${oid}` };
  return { entry, copy: {}, pattern: '' } as unknown as SplitTable;
}

function keptOf(oid: string, changes: Partial<MarkedTable> = {}): MarkedTable {
  const statement = createHash('sha256').update(`COPY t${oid}`).digest('hex');
  const file = { sizeBytes: 1024 ** 2, sha256: HASH, extents: [] };
  const state = { oid, filenode: '1', toastFilenode: '0', definition: HASH };
  return { ...state, statement, rows: 3, bytes: 3, sha256: HASH, file, ...changes };
}

const OIDS = ['1', '2', '3', '4'];
const PLAIN = OIDS.map(tableOf);
const LARGE = () => 1024 ** 2;

function unread(verifyShare: number, kept = OIDS.map((oid) => keptOf(oid))) {
  return { verifyShare, tables: new Map(kept.map((table) => [table.oid, table])) };
}

const oidsOf = (all: readonly { readonly kept: MarkedTable }[]) => all.map(({ kept }) => kept.oid);

test('only tables that the full has, with rows, of some size and with the same statement, are left unread', () => {
  const kept = [keptOf('1'), keptOf('2', { rows: 0 }), keptOf('3', { statement: HASH })];
  expect(oidsOf(chooseUnread(PLAIN, unread(0, kept), LARGE).left)).toEqual(['1']);
  const small = ({ entry }: SplitTable): number => (entry.oid === '1' ? 1000 : 1024 ** 2);
  expect(oidsOf(chooseUnread(PLAIN, unread(0), small).left)).toEqual(['2', '3', '4']);
});

test('a sample has at least one table, and all of them with 100 percent', () => {
  const choices = Array.from({ length: 50 }, () => chooseUnread(PLAIN, unread(0.01), LARGE));
  for (const { left, sample } of choices) {
    expect(sample.length).toBeGreaterThan(0);
    expect([...oidsOf(left), ...oidsOf(sample)].sort()).toEqual(OIDS);
  }
  expect(new Set(choices.flatMap(({ sample }) => oidsOf(sample))).size).toBeGreaterThan(1);
  expect(chooseUnread(PLAIN, unread(1), LARGE).left).toEqual([]);
  expect(chooseUnread(PLAIN, unread(0), LARGE).sample).toEqual([]);
  expect(chooseUnread([], unread(0.5), LARGE)).toEqual({ left: [], sample: [] });
});

test('a table of the sample with another text is an error', () => {
  const [table, kept] = [tableOf('1'), keptOf('1')];
  const digest = (sha256: string) => new Map([['1.dat', { sizeBytes: 1024 ** 2, sha256, copy: undefined }]]);
  compareSample([{ table, kept }], digest(HASH));
  const code = 'unchanged-differs';
  expect(() => compareSample([{ table, kept }], digest('b'.repeat(64)))).toThrow(expect.objectContaining({ code }));
  expect(() => compareSample([{ table, kept }], new Map())).toThrow("'public.t1' changed");
});

test('people read how much is not read', () => {
  const [one, ...others] = OIDS.map((oid) => ({ table: tableOf(oid), kept: keptOf(oid) }));
  const left = one === undefined ? [] : [one];
  expect(unreadText({ left: [], sample: others })).toBeUndefined();
  expect(unreadText({ left, sample: [] })).toBe('1 table (1.0 MiB) did not change since the full and is not read');
  expect(unreadText({ left: others, sample: left })).toBe(
    '3 tables (3.0 MiB) did not change since the full and are not read; 1 other read and compared',
  );
});
