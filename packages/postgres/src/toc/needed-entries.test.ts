import { expect, it } from 'vitest';
import { sampleToc } from './archive.test-data.ts';
import { neededEntries } from './needed-entries.ts';

const { toc } = sampleToc([
  { id: 1, oids: ['2615', '100'], description: 'SCHEMA', tag: 'sales' },
  { id: 2, oids: ['2615', '101'], description: 'SCHEMA', tag: 'types' },
  { id: 3, description: 'ACL', tag: 'SCHEMA types', dependencies: [2] },
  { id: 4, description: 'SHELL TYPE', tag: 'box', dependencies: [2] },
  { id: 5, oids: ['1255', '102'], description: 'FUNCTION', tag: 'box_in', dependencies: [4, 1] },
  { id: 6, oids: ['1247', '103'], description: 'TYPE', tag: 'box', dependencies: [5] },
  { id: 7, description: 'COMMENT', tag: 'TYPE box', dependencies: [6] },
  { id: 8, oids: ['1255', '104'], description: 'FUNCTION', tag: 'other', dependencies: [2] },
  { id: 9, description: 'COMMENT', tag: 'FUNCTION other', dependencies: [8] },
]);

it('takes what was asked for, what that depends on, and what is said about it', () => {
  const needed = neededEntries(toc, { objects: new Set(['1247/103']), present: [] });
  expect(needed.map(({ dumpId }) => dumpId)).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

it('takes along what is there, without what is said about it: it has to come before', () => {
  const needed = neededEntries(toc, { objects: new Set(['1255/102']), present: toc.entries.slice(1, 2) });
  expect(needed.map(({ dumpId }) => dumpId)).toEqual([1, 2, 4, 5]);
});
