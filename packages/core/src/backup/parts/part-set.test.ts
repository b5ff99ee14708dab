import { CHUNK_ENTRY_BYTES } from '@postgres-backuper/format';
import { expect, test } from 'vitest';
import { withChunks } from './part-set.ts';

const stored = { sizeBytes: 1, sha256: '', extents: [] };
const tables = [{ file: '1.dat', ...stored, copy: { rows: 0, bytes: 0, sha256: '' } }];
const files = [{ name: 'large-objects.dump', ...stored }];
const list = new Map([
  ['1.dat', Buffer.alloc(CHUNK_ENTRY_BYTES, 1)],
  ['large-objects.dump', Buffer.alloc(2 * CHUNK_ENTRY_BYTES, 2)],
]);

test('the list of a part says how many chunks each file has, in their order', () => {
  const sent = withChunks({ tables, files }, (name) => list.get(name));
  expect(sent).toMatchObject({ tables: [{ chunks: 1 }], files: [{ chunks: 2 }], chunks: [...list.values()] });
  expect(withChunks({ tables }, (name) => list.get(name)).chunks).toHaveLength(1);
});

test('without those of one file there are none', () => {
  const only = (name: string) => (name === '1.dat' ? list.get(name) : undefined);
  expect(withChunks({ tables, files }, only)).toEqual({ tables, files, chunks: undefined });
  expect(withChunks({ tables, files }, undefined)).toEqual({ tables, files, chunks: undefined });
});
