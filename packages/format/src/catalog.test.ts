import { zstdDecompressSync } from 'node:zlib';
import { isBackuperError } from '@postgres-backuper/base';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCatalog, writeCatalog } from './catalog.ts';
import type { Catalog, CatalogFile } from './catalog-document.ts';
import { sampleCatalog, sampleDifferential } from './samples.test-data.ts';
import { extentsOf } from './slices.ts';
import { factsOf } from './totals.ts';
import { compressDocument } from './zstd.ts';

const CATALOG = sampleCatalog();
const SOURCE = { key: 'app/data/l/catalog.json.zst.gpg', name: CATALOG.name, label: CATALOG.label };
const invalid = (text: string) =>
  expect.objectContaining({ code: 'catalog-invalid', message: expect.stringMatching(`'${SOURCE.key}'.*${text}`) });
const [FILE] = CATALOG.files as readonly [CatalogFile];

async function parseChanged(changes: object): Promise<Catalog> {
  return parseCatalog(await compressDocument(Buffer.from(JSON.stringify({ ...CATALOG, ...changes }))), SOURCE);
}

test('a catalog comes back as it was written', async () => {
  expect(await parseCatalog(await writeCatalog(CATALOG), SOURCE)).toEqual(CATALOG);
});

test('the text is one JSON document with one member of each list per line', async () => {
  const text = zstdDecompressSync(await writeCatalog(CATALOG)).toString('utf8');
  expect(JSON.parse(text)).toEqual(CATALOG);
  expect(text).toMatchSnapshot();
});

test.each([
  ['another name', { name: 'other' }, 'other'],
  ['another label', { label: 'backup_20260315_120000_ffffff' }, 'ffffff'],
  ['another version', { version: 2 }, 'version'],
  ['a file that leads elsewhere', { files: [{ ...FILE, name: '../x.dat' }] }, 'name'],
  ['a negative size', { files: [{ ...FILE, sizeBytes: -1 }] }, 'sizeBytes'],
  ['an extent with two numbers', { files: [{ ...FILE, extents: [[0, 512]] }] }, 'extents'],
  ['a negative extent', { files: [{ ...FILE, extents: [[0, -512, 30]] }] }, 'extents'],
  ['pieces that are not the whole file', { files: [{ ...FILE, extents: [[0, 512, 10]] }] }, 'pieces of 10'],
  ['an extent with five numbers', { files: [{ ...FILE, extents: [[0, 512, 30, 1, 1]] }] }, 'extents'],
  ['an extent of a grandparent', { files: [{ ...FILE, extents: [[0, 512, 30, 2]] }] }, 'extents'],
  ['an extent in the parent of a full', { files: [{ ...FILE, extents: [[0, 512, 30, 1]] }] }, 'is a full'],
  ['pieces out of order', { files: [{ ...FILE, extents: [...extentsOf(FILE)].reverse() }] }, 'order'],
  ['a way of loading that is unknown', { tables: [{ ...CATALOG.tables[0], load: 'eval' }] }, 'load'],
  ['no tables', { tables: undefined }, 'tables'],
  ['a table that only the list has', { tables: [], files: [] }, 'lacks the table whose rows have dump id 3456'],
  ['a table that the list has not', { dump: { ...CATALOG.dump, list: '' } }, "no rows of 'public.tä"],
  ['a table twice', { tables: [...CATALOG.tables, ...CATALOG.tables] }, 'dump id 3456 twice'],
  ['a file twice', { files: [FILE, FILE] }, "'3456.dat' twice"],
  ['a table without its file', { files: [] }, "has no '3456.dat'"],
  ['a table with the file of another', { tables: [{ ...CATALOG.tables[0], file: '1.dat' }] }, "file '1.dat'"],
  ['a parent of a full', { backup: { ...CATALOG.backup, parent: 'backup_20260314_120000_ab12cd' } }, 'backup.parent'],
  ['a differential of nothing', { backup: { ...CATALOG.backup, type: 'differential' } }, 'backup.parent'],
  ['a data file of no table', { files: [FILE, { ...FILE, name: '1.dat' }] }, "'1.dat', which is of no table"],
])('%s is an error that names the catalog', async (_, changes, text) => {
  await expect(parseChanged(changes)).rejects.toThrow(invalid(text));
});

test('the extents of a differential are in two backups, in any order and repeatedly', async () => {
  const differential = sampleDifferential();
  const { label } = differential;
  const extents = [
    [1, 512, 10, 1],
    [0, 512, 5],
    [1, 530, 7, 1],
    [0, 600, 3],
    [0, 512, 5],
  ] as const;
  const catalog = { ...CATALOG, label, backup: factsOf(differential), files: [{ ...FILE, extents }] };
  const source = { ...SOURCE, label };
  expect(await parseCatalog(await writeCatalog(catalog), source)).toEqual(catalog);
  const short = { ...catalog, files: [{ ...FILE, extents: extents.slice(1) }] };
  await expect(parseCatalog(await compressDocument(Buffer.from(JSON.stringify(short))), source)).rejects.toThrow(
    invalid('pieces of 20'),
  );
});

test('more pieces than a reader takes of all files together are an error before anything is committed', async () => {
  const differential = sampleDifferential();
  const extents = Array.from<readonly [number, number, number]>({ length: 1_600_000 }).fill([0, 512, 1]);
  const files = [1, 2].map((number) => ({ ...FILE, name: `${number}.dat`, sizeBytes: extents.length, extents }));
  const catalog = { ...CATALOG, label: differential.label, backup: factsOf(differential), files: [FILE, ...files] };
  await expect(writeCatalog(catalog)).rejects.toThrow('more than 3000000 pieces');
});

/** Closes either kind of quotes, and needs none at psql's command level. */
const PAYLOAD = `libc\n\\! id\n'; DROP ROLE x; --\n"; DROP ROLE x; --\n`;
/** Fields in which people may have written this, and PostgreSQL holds it. */
const FREE =
  /^((backup\.)?database\.name|database\.(owner|icuRules|tablespace|comment|securityLabels\.0\.(provider|label))|tables\.0\.(schema|table)|extensions\.0\.name|roles\.0\.name|serverSettings\.0\.(value|file)|hbaRules\.0\.(databases\.0|users\.0|address|netmask|options\.0))$/;

test.each(textFields(CATALOG))('field %s takes no commands, or what PostgreSQL takes there', async (path) => {
  const changed = JSON.parse(JSON.stringify(CATALOG)) as object;
  setField(changed, path.split('.'), PAYLOAD);
  const parsed = parseCatalog(await compressDocument(Buffer.from(JSON.stringify(changed))), SOURCE);
  if (FREE.test(path)) expect(await parsed).toEqual(changed);
  else await expect(parsed).rejects.toMatchObject({ code: 'catalog-invalid' });
});

test('what no reader takes is not written', async () => {
  const database = { ...CATALOG.database, encoding: 'SJIS' };
  await expect(writeCatalog({ ...CATALOG, database })).rejects.toMatchObject({
    code: 'catalog-invalid',
    message: expect.stringContaining("field 'database.encoding'"),
  });
});

function textFields(value: unknown, path = ''): string[] {
  if (typeof value === 'string') return [path.slice(1)];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => textFields(member, `${path}.${key}`));
}

function setField(value: object, [key = '', ...rest]: string[], text: string): void {
  const object = value as Record<string, unknown>;
  if (rest.length === 0) object[key] = text;
  else setField(object[key] as object, rest, text);
}

test('whatever stands in the frame, the answer is a catalog or catalog-invalid', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.json(), fc.string()), async (text) => {
      try {
        await parseCatalog(await compressDocument(Buffer.from(text)), SOURCE);
      } catch (error) {
        if (!isBackuperError(error, 'catalog-invalid')) throw error;
      }
    }),
    { numRuns: 50 },
  );
});

test('a cancelled reader stops in the middle of a catalog', async () => {
  const many = Buffer.concat([Buffer.from('{"warnings":['), Buffer.alloc(60_000_000, '"a",')]);
  const controller = new AbortController();
  const reading = parseCatalog(await compressDocument(many), SOURCE, { signal: controller.signal });
  setImmediate(() => controller.abort(new Error('stop')));
  await expect(reading).rejects.toThrow('stop');
});

test.each([
  ['objects in a field that is unknown', '{"a":[', '{},'],
  ['lists in a field that is known', '{"dump":[', '[],'],
  ['objects in a list that is known', '{"files":[', '{},'],
])('%s without number are refused before they are parsed', async (_, begin, member) => {
  const bomb = Buffer.concat([Buffer.from(begin), Buffer.alloc(90_000_000, member)]);
  const before = process.cpuUsage();
  await expect(parseCatalog(await compressDocument(bomb), SOURCE)).rejects.toThrow(invalid(''));
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1e6).toBeLessThan(5); // not by the clock: a machine may have other work
});
