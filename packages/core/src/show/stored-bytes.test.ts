import { expect, test } from 'vitest';
import { storedBytesOf } from './stored-bytes.ts';

test('files share the stored bytes of a segment as they share its plain ones', () => {
  const file = (name: string, ...extents: (readonly [number, number, number])[]) => ({
    ...{ name, sha256: '', extents },
    sizeBytes: extents.reduce((sum, [, , length]) => sum + length, 0),
  });
  const files = [file('1.dat', [0, 512, 300]), file('2.dat', [0, 1024, 100], [1, 512, 50]), file('empty.dat')];
  const stored = storedBytesOf(files, [{ sizeBytes: 200 }, { sizeBytes: 10 }]);
  expect(Object.fromEntries(stored)).toEqual({ '1.dat': 150, '2.dat': 60, 'empty.dat': 0 });
});
