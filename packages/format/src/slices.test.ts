import { createHash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCatalog, writeCatalog } from './catalog.ts';
import type { Catalog, CatalogTable, SlicedFile, SlicedRows, StoredFile } from './catalog-document.ts';
import { factsOf } from './index.ts';
import { sampleCatalog, sampleDifferential, sampleSlicedCatalog } from './samples.test-data.ts';
import {
  extentsOf,
  firstSegmentOf,
  isSliced,
  joinSlices,
  parseSliceName,
  rowSlicesOf,
  sliceName,
  storedFilesOf,
} from './slices.ts';
import { createSlicesDigest, identityOfRows } from './slices-digest.ts';
import { compressDocument } from './zstd.ts';

const CATALOG = sampleSlicedCatalog();
const SOURCE = { key: 'app/data/l/catalog.json.zst.gpg', name: CATALOG.name, label: CATALOG.label };
const [FILE] = CATALOG.files as readonly [SlicedFile];
const [TABLE] = CATALOG.tables as readonly [CatalogTable & SlicedRows];
const [A, B, C] = FILE.slices as [SlicedFile['slices'][0], SlicedFile['slices'][0], SlicedFile['slices'][0]];
const [D, E, F] = TABLE.slices as [SlicedRows['slices'][0], SlicedRows['slices'][0], SlicedRows['slices'][0]];

test('a catalog with slices comes back as it was written, and its text is JSON', async () => {
  const written = await writeCatalog(CATALOG);
  expect(await parseCatalog(written, SOURCE)).toEqual(CATALOG);
  expect(JSON.parse(zstdDecompressSync(written).toString())).toEqual(CATALOG);
});

const sliced = (file: object, table: object): Partial<Catalog> =>
  ({ files: [{ ...FILE, ...file }], tables: [{ ...TABLE, ...table }] }) as Partial<Catalog>;

test.each([
  ['a slice less in the file', sliced({ sizeBytes: 25, slices: [B, C] }, {}), 'other slices'],
  ['a slice less in the table', sliced({}, { rows: 2, bytes: 20, slices: [E, F] }), 'other slices'],
  ['rows of a slice that nobody has', sliced({}, { rows: 4 }), 'other rows or bytes'],
  ['a slice less in both, with the sums as they were', sliced({ slices: [B, C] }, { slices: [E, F] }), 'another size'],
  ['slices of the file that are swapped', sliced({ slices: [B, A, C] }, {}), 'other bytes'],
  ['a digest of another slice', sliced({ slices: [{ ...A, sha256: C.sha256 }, B, C] }, {}), 'other bytes'],
  [
    'a last slice without the terminator',
    sliced({ slices: [A, B, { ...C, sizeBytes: 20 }] }, {}),
    'other bytes|pieces',
  ],
  ['pieces of a slice that are not the slice', sliced({ slices: [{ ...A, extents: [] }, B, C] }, {}), 'pieces of 0'],
  ['one slice alone', sliced({ sizeBytes: 25, slices: [C] }, { rows: 2, bytes: 20, slices: [F] }), 'other slices'],
  ['no slice at all', sliced({ sizeBytes: 0, slices: [] }, { rows: 0, bytes: 0, slices: [] }), 'other slices'],
  ['a table without slices', sliced({}, { slices: undefined, sha256: F.sha256 }), 'other slices'],
  ['a digest of the whole beside slices', sliced({ sha256: A.sha256, extents: [] }, {}), 'either sha256 and extents'],
  ['neither digest nor slices', sliced({ slices: undefined }, {}), 'either sha256 and extents'],
  ['a table with both', sliced({}, { sha256: F.sha256 }), 'either sha256 or slices'],
  ['slices of a file of no table', { ...sliced({ name: 'toc.dat' }, {}) }, 'is of no table'],
  ['a file that is called as a slice', sliced({ name: '3456.dat.0001' }, {}), 'name'],
] as const)('a catalog with %s is refused, when read and when written', async (_, changes, problem) => {
  const text = JSON.stringify({ ...CATALOG, ...changes });
  const read = parseCatalog(await compressDocument(Buffer.from(text)), SOURCE);
  await expect(read).rejects.toMatchObject({ code: 'catalog-invalid', message: expect.stringMatching(problem) });
  await expect(writeCatalog(JSON.parse(text))).rejects.toMatchObject({ code: 'catalog-invalid' });
});

test('slices of a differential come back as they were written', async () => {
  const { label, ...commit } = sampleDifferential();
  const inParent = { ...C, extents: [...C.extents].map(([segment, offset, length]) => [segment, offset, length, 1]) };
  const differential = { ...sliced({ slices: [A, B, inParent] }, {}), backup: factsOf({ ...commit, label }), label };
  const catalog = { ...CATALOG, ...differential } as Catalog;
  expect(await parseCatalog(await writeCatalog(catalog), { ...SOURCE, label })).toEqual(catalog);
});

test('slices are files of their own, named by their number, and a whole file is itself', () => {
  expect(storedFilesOf(FILE).map(({ name }) => name)).toEqual(['3456.dat.0001', '3456.dat.0002', '3456.dat.0003']);
  expect([...extentsOf(FILE)]).toEqual([
    [1, 512, 10],
    [0, 512, 25],
  ]);
  expect(firstSegmentOf(FILE)).toBe(1);
  const [whole] = sampleCatalog().files;
  expect(whole && storedFilesOf(whole)).toEqual([whole]);
  expect(parseSliceName(sliceName('3456.dat', 128))).toEqual({ file: '3456.dat', number: 128 });
  for (const name of ['3456.dat', 'toc.dat', '3456.dat.1', '3456.dat.00001'])
    expect(parseSliceName(name)).toBeUndefined();
});

test('slices are joined in the order of their numbers, whoever stored them first, and none may be missing', () => {
  const stored = storedFilesOf(FILE);
  const toc: StoredFile = { name: 'toc.dat', sizeBytes: 0, sha256: A.sha256, extents: [] };
  expect(joinSlices([toc])).toEqual([toc]);
  expect(joinSlices([...stored].reverse())).toEqual([FILE]);
  expect(joinSlices([stored[2] as StoredFile, toc, ...stored.slice(0, 2)]).map(isSliced)).toEqual([false, true]);
  expect(() => joinSlices(stored.slice(1))).toThrow(/slice 1 of '3456.dat' is missing/);
});

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

test('a stream is compared slice by slice, however it is cut', () => {
  const lists = fc.array(fc.uint8Array({ maxLength: 9 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(lists, fc.integer({ min: 1, max: 12 }), (parts, cut) => {
      const slices = parts.map((part) => ({ bytes: part.length, sha256: sha256(Buffer.from(part)) }));
      const all = Buffer.concat(parts);
      const same = (bytes: Buffer, told = slices) => {
        const digest = createSlicesDigest(told);
        for (let at = 0; at < bytes.length; at += cut) digest.update(bytes.subarray(at, at + cut));
        return digest.isSame();
      };
      expect(same(all)).toBe(true);
      expect(same(Buffer.concat([all, Buffer.from('x')]))).toBe(false);
      if (all.length > 0) expect(same(all.subarray(1))).toBe(false);
      if (all.length > 0) expect(same(all.subarray(0, -1))).toBe(false);
      expect(same(all, [...slices, { bytes: 1, sha256: sha256(Buffer.from('x')) }])).toBe(false);
    }),
  );
});

test('rows have one digest, or as many as slices; what tells that they changed follows each of them', () => {
  expect(rowSlicesOf(TABLE)).toBe(TABLE.slices);
  const [whole] = sampleCatalog().tables as readonly [CatalogTable];
  expect(rowSlicesOf(whole)).toEqual([{ rows: 3, bytes: 27, sha256: '2'.repeat(64) }]);
  expect(identityOfRows(whole)).toBe('2'.repeat(64));
  expect(identityOfRows({ ...TABLE, slices: [D, E, { ...F, sha256: 'f'.repeat(64) }] })).not.toBe(
    identityOfRows(TABLE),
  );
});
