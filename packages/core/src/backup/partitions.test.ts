import type { Selection } from '@postgres-backuper/postgres';
import { expect, it } from 'vitest';
import { withPartitions } from './partitions.ts';

const SELECTION: Selection = { schemas: [], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: [] };
const PARTS = ['a', 'b', 'c', 'd'].map((name) => ({ schema: 'public', name: `ev_${name}`, root: 'public.ev' }));

async function expand(selection: Partial<Selection>, parts = PARTS) {
  const said: string[] = [];
  const asked: (readonly string[])[] = [];
  const reader = {
    async unmatchedPartitions(patterns: readonly string[], except: readonly string[]) {
      if (patterns.length > 0) asked.push([...patterns, ...except]);
      return patterns.length > 0 ? parts : [];
    },
  };
  const notes = { warn: (text: string) => void said.push(`! ${text}`), notice: (text: string) => void said.push(text) };
  const whole = await withPartitions({ selection: { ...SELECTION, ...selection }, encoding: 'LATIN1' }, reader, notes);
  return { whole, said, asked };
}

it('adds the partitions in one pattern, and says so', async () => {
  const { whole, said } = await expand({ excludeTableData: ['ev'] });
  expect(whole).toEqual({
    ...SELECTION,
    excludeTableData: ['ev', '"public".("ev_a"|"ev_b"|"ev_c"|"ev_d")'],
  });
  expect(said).toEqual([
    "4 partitions of 'public.ev': left without rows with it ('public.ev_a', 'public.ev_b', 'public.ev_c', …)",
  ]);
});

it('does not call excluded partitions a part of the backup', async () => {
  const { asked } = await expand({ tables: ['ev'], excludeTables: ['old'] }, PARTS.slice(0, 1));
  expect(asked).toEqual([['old'], ['ev', 'old', '"public".("ev_a")']]);
});

it('warns of partitions whose names pg_dump cannot be given', async () => {
  const { whole, said } = await expand({ tables: ['ev'] }, [{ schema: 'public', name: 'é', root: 'public.ev' }]);
  expect(whole.tables).toEqual(['ev']);
  expect(said.at(-1)).toBe("! not in the backup with it, since pg_dump cannot be given their names: 'public.é'");
});
