import { expect, it } from 'vitest';
import { addEntries } from './added-entries.ts';
import { sampleToc } from './archive.test-data.ts';

const from = sampleToc([
  { id: 3, oids: ['2615', '100'], description: 'SCHEMA', tag: 'sales' },
  { id: 40, oids: ['1247', '101'], description: 'TYPE', tag: 'mood', dependencies: [3, 2] },
  { id: 41, description: 'FUNCTION', tag: 'f' },
  { id: 42, description: 'COMMENT', tag: 'TYPE mood', dependencies: [40] },
]);
const [schema, type, , comment] = from.toc.entries;
const added = [schema, type, comment].flatMap((entry) => entry ?? []);

it('comes before all but the database, with free ids and dependencies among what was added', () => {
  const archive = sampleToc([
    { id: 90, description: 'ENCODING' },
    { id: 92, description: 'DATABASE', tag: 'app' },
    { id: 93, description: 'COMMENT', tag: 'DATABASE app' },
    { id: 5, description: 'TABLE', tag: 't', dependencies: [94] },
  ]);
  const { toc, bytes } = addEntries(archive, { from, entries: added });
  const shown = toc.entries.map(({ dumpId, tag, dependencies }) => [dumpId, tag, dependencies]);
  expect(shown.slice(2)).toEqual([
    [93, 'DATABASE app', []],
    [95, 'sales', []],
    [96, 'mood', [95]],
    [97, 'TYPE mood', [96]],
    [5, 't', [94]],
  ]);
  expect(toc.entries.at(-1)?.endsAt).toBe(bytes.length);
  expect(toc.entries[4]).toMatchObject({ owner: 'me', schema: 'public', description: 'TYPE', hasData: false });
});

it('comes after what is there and what it depends on, which moves', () => {
  const archive = sampleToc([
    { id: 1, description: 'ENCODING' },
    { id: 7, oids: ['1259', '102'], description: 'TABLE', tag: 't' },
    { id: 6, oids: ['2615', '100'], description: 'SCHEMA', tag: 'sales' },
  ]);
  const { toc } = addEntries(archive, { from, entries: added.slice(0, 2) });
  expect(toc.entries.map(({ dumpId, tag, dependencies }) => [dumpId, tag, dependencies])).toEqual([
    [1, 'x', []],
    [6, 'sales', []],
    [9, 'mood', [6]],
    [7, 't', []],
  ]);
});

it.each([
  [[], ['sales']],
  [[{ id: 1, description: 'ENCODING' }], ['x', 'sales']],
  [[{ id: 1, description: 'TABLE' }], ['sales', 'x']],
])('finds its place in an archive of %j', (entries, tags) => {
  const { toc } = addEntries(sampleToc(entries), { from, entries: added.slice(0, 1) });
  expect(toc.entries.map(({ tag }) => tag)).toEqual(tags);
});
