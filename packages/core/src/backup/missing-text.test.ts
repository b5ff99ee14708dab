import type { Selection } from '@postgres-backuper/postgres';
import { expect, it } from 'vitest';
import { missingText } from './missing-text.ts';

const NOTHING: Selection = { schemas: [], excludeSchemas: [], tables: [], excludeTables: [], excludeTableData: [] };

it.each([
  [['view public.v'], { tables: ['v'] }, 'view public.v stands', 'make it; add --table s.b'],
  [
    ['table public.c', 'view public.v'],
    { schemas: ['public'] },
    'table public.c, view public.v stand',
    'make them, and loses rows; add --schema s',
  ],
  [
    ['index public.i', 'partition public.p'],
    { tables: ['p'] },
    'partition public.p stands',
    'attach it; add --table s.b',
  ],
  [
    ['index public.i'],
    { excludeSchemas: ['s'] },
    'index public.i stands',
    'make it; exclude what needs it too, or keep it',
  ],
])('names %j, what becomes of it, and what to add', (neededBy, selection, needing, outcome) => {
  const text = missingText({ type: 'table', schema: 's', name: 's.b', neededBy }, { ...NOTHING, ...selection });
  expect(text).toBe(`${needing} on table s.b, which is not in the backup: a restore cannot ${outcome}`);
});
