import { BackuperError } from '@postgres-backuper/base';
import { type Sql, textOf } from '@postgres-backuper/postgres';
import { expect, it } from 'vitest';
import { analyzeAll, batchesOf } from './analyze-database.ts';

const relations = (count: number) => Array.from({ length: count }, (_, index) => ({ schema: 's', name: `t${index}` }));

it('makes statistics of all others where one table is refused', async () => {
  const done: string[] = [];
  const execute = async (statement: Sql): Promise<void> => {
    const text = textOf(statement);
    if (text.includes('"t1"'))
      throw new BackuperError('server-damaged', 'no statistics of t1', { result: { sqlState: 'XX001' } });
    done.push(text);
  };
  expect(await analyzeAll({ execute }, relations(3))).toEqual(['no statistics of t1']);
  expect(done).toEqual(['ANALYZE "s"."t0"', 'ANALYZE "s"."t2"']);
});

it('takes few tables one by one, many together, and each once', () => {
  expect(batchesOf(relations(3), 2).map((batch) => batch.length)).toEqual([1, 1, 1]);
  expect(batchesOf([], 2)).toEqual([]);
  const many = batchesOf(relations(10_007), 2);
  expect(many[0]?.length).toBe(100);
  expect(many.flat()).toEqual(relations(10_007));
});
