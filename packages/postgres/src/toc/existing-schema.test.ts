import { expect, it } from 'vitest';
import { sampleToc } from './archive.test-data.ts';
import { acceptPublic } from './existing-schema.ts';

it('accepts the schema public of a new database, and changes nothing else', () => {
  const archive = sampleToc([
    { id: 1, description: 'SCHEMA', tag: 'sales', definition: 'CREATE SCHEMA sales;\n' },
    { id: 2, description: 'SCHEMA', tag: 'public', definition: 'CREATE SCHEMA public;\n' },
    { id: 3, description: 'FUNCTION', tag: 'f', definition: 'CREATE SCHEMA public;\n' },
  ]);
  const definitions = acceptPublic(archive).toc.entries.map(({ definition }) => definition);
  expect(definitions).toEqual([
    'CREATE SCHEMA sales;\n',
    'CREATE SCHEMA IF NOT EXISTS public;\n',
    'CREATE SCHEMA public;\n',
  ]);
});

it.each([
  [[{ id: 1, description: 'SCHEMA', tag: 'public', definition: '-- *not* creating schema\n' }]],
  [[{ id: 1, description: 'TABLE', tag: 'public', definition: 'CREATE SCHEMA public;\n' }]],
])('leaves %j as it is', (entries) => {
  const archive = sampleToc(entries);
  expect(acceptPublic(archive)).toBe(archive);
});
