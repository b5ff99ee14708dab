import type { ExistingKey, ExistingTable } from '@postgres-backuper/postgres';
import { expect, it } from 'vitest';
import { orderByKeys } from './order-by-keys.ts';
import { partitionTrees } from './partition-trees.ts';

const table = (oid: string, parent: string | null = null): ExistingTable => ({
  ...{ oid, parent, schema: 's', name: `t${oid}`, kind: 'r' },
  ...{ owns: true, inserts: true, truncates: true, isUnderPolicies: false },
});
const key = (oid: string, from: string, to: string, more: Partial<ExistingKey> = {}): ExistingKey => ({
  ...{ oid, parent: '0', name: `k${oid}`, table: from, tableName: `s.t${from}`, refersTo: to },
  ...{ isDeferrable: false, isDeferred: false, ...more },
});
const order = (tables: readonly ExistingTable[], keys: readonly ExistingKey[], chosen = tables) => {
  const { tables: sorted, toDefer } = orderByKeys(chosen, { keys }, partitionTrees({ tables }));
  return [sorted.map(({ oid }) => oid).join(' '), toDefer.map(({ oid }) => oid).join(' ')];
};

it('a table comes after those that it refers to', () => {
  expect(order([table('1'), table('2'), table('3')], [key('9', '1', '3'), key('8', '3', '2')])).toEqual(['2 3 1', '']);
});

it('keys in a circle are deferred, if they are not deferrable', () => {
  const tables = [table('1'), table('2')];
  expect(order(tables, [key('9', '1', '2'), key('8', '2', '1')])).toEqual(['2 1', '8']);
  expect(order(tables, [key('9', '1', '2'), key('8', '2', '1', { isDeferrable: true })])).toEqual(['2 1', '']);
});

it('a table may refer to itself, but not to a partition that comes later', () => {
  expect(order([table('1')], [key('9', '1', '1')])).toEqual(['1', '']);
  const tree = [table('1'), table('2', '1'), table('3', '1')];
  const keys = [key('9', '1', '1'), key('8', '2', '1', { parent: '9' }), key('7', '2', '3', { parent: '8' })];
  expect(order(tree, keys, tree.slice(1))).toEqual(['2 3', '9']);
});

it('keys of and to tables that are not chosen need nothing', () => {
  const tables = [table('1'), table('2')];
  expect(order(tables, [key('9', '1', '2'), key('8', '2', '1')], tables.slice(1))).toEqual(['2', '']);
});
