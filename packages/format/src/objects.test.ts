import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { zstdDecompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { RANGE_SEGMENTS, segmentName } from './keys.ts';
import { type ObjectEntry, parseObjects, readObjects, writeObjects } from './objects.ts';
import { compressDocument } from './zstd.ts';

const SOURCE = { key: 'app/data/l/objects.json.zst', name: 'app', label: 'backup_20260315_120000_ab12cd' };
const entry = (key: string, changes: Partial<ObjectEntry> = {}): ObjectEntry => ({
  key,
  sizeBytes: 10,
  sha256: 'a'.repeat(64),
  ...changes,
});
const CATALOG = entry('catalog.json.zst.gpg');
const document = (objects: readonly ObjectEntry[]) => ({
  version: 1 as const,
  name: SOURCE.name,
  label: SOURCE.label,
  objects,
});
const invalid = (text: string) =>
  expect.objectContaining({ code: 'catalog-invalid', message: expect.stringMatching(`'${SOURCE.key}'.*${text}`) });

async function parseText(text: string): Promise<unknown> {
  return parseObjects(await compressDocument(Buffer.from(text)), SOURCE);
}

async function textOf(objects: readonly ObjectEntry[]): Promise<string> {
  return zstdDecompressSync(await writeObjects(document(objects))).toString('utf8');
}

const OBJECTS = [CATALOG, entry(segmentName(0, true), { md5: 'b'.repeat(32) }), entry(segmentName(1, true))];

test('objects come back in order of their keys, whatever order they were given in', async () => {
  const stored = await writeObjects(document(OBJECTS.toReversed()));
  expect(await parseObjects(stored, SOURCE)).toEqual(document(OBJECTS));
});

test('the text is one JSON document with one object per line', async () => {
  const text = await textOf(OBJECTS);
  expect(JSON.parse(text)).toEqual(document(OBJECTS));
  expect(text).toMatchSnapshot();
});

test('200,000 objects are read one by one in little memory', async () => {
  const many = Array.from({ length: 200_000 }, (_, number) => entry(segmentName(number, true)));
  const stored = await writeObjects(document([CATALOG, ...many]));
  many.length = 0;
  const collect = garbageCollector();
  const before = heapAfter(collect);
  let count = 0;
  let peak = 0;
  for await (const { key } of readObjects(stored, SOURCE)) {
    if (key !== '') count += 1;
    if (count % 50_000 === 0) peak = Math.max(peak, heapAfter(collect));
  }
  expect(count).toBe(200_001);
  expect(peak - before).toBeLessThan(8 * 1024 * 1024);
});

test.each([
  ['no catalog', [entry(segmentName(0, true))], '0 catalogs'],
  ['two catalogs', [entry('catalog.json.zst'), CATALOG], '2 catalogs'],
  ['a segment left out', [CATALOG, entry(segmentName(0, true)), entry(segmentName(2, true))], 'does not follow'],
  ['an object twice', [CATALOG, CATALOG], 'twice'],
  ['a key that leads elsewhere', [CATALOG, entry('../../other/data/x')], 'key'],
  ['a negative size', [CATALOG, entry(segmentName(0, true), { sizeBytes: -5 })], 'sizeBytes'],
])('%s is an error that names the document', async (_, objects, text) => {
  await expect(parseObjects(await writeObjects(document(objects)), SOURCE)).rejects.toThrow(invalid(text));
});

test.each([
  [[0, 1, RANGE_SEGMENTS, RANGE_SEGMENTS + 1, 3 * RANGE_SEGMENTS], undefined],
  [[2 * RANGE_SEGMENTS], undefined],
  [[], undefined],
  [[0, 2], 'does not follow'],
  [[1], 'does not follow'],
  [[0, RANGE_SEGMENTS + 1], 'does not follow'],
  [[0, RANGE_SEGMENTS, RANGE_SEGMENTS + 2], 'does not follow'],
])('segments %j of several ranges are whole: only before a range is a gap', async (numbers, text) => {
  const objects = [CATALOG, ...numbers.map((number) => entry(segmentName(number, true)))];
  const parsed = parseObjects(await writeObjects(document(objects)), { ...SOURCE, inRanges: true });
  if (text === undefined) expect(await parsed).toEqual(document(objects));
  else await expect(parsed).rejects.toThrow(invalid(text));
});

test('the document of another backup is an error', async () => {
  const stored = await writeObjects({ ...document(OBJECTS), label: 'backup_20260315_120000_ffffff' });
  await expect(parseObjects(stored, SOURCE)).rejects.toThrow(invalid('ffffff'));
});

test('a text that is cut, goes on or lacks commas is an error', async () => {
  const text = await textOf(OBJECTS);
  const lines = text.split('\n');
  for (let length = 0; length < lines.length - 1; length += 1) {
    await expect(parseText(`${lines.slice(0, length).join('\n')}\n`), String(length)).rejects.toThrow(invalid(''));
  }
  await expect(parseText(text.trimEnd())).rejects.toThrow(invalid('incomplete'));
  await expect(parseText(`${text}more\n`)).rejects.toThrow(invalid('after its end'));
  await expect(parseText(text.replaceAll('},\n', '}\n'))).rejects.toThrow(invalid('comma'));
  await expect(parseText(`{"version":1,"name":"${'x'.repeat(70_000)}`)).rejects.toThrow(invalid('65536'));
});

test('a stored document that is cut or changed is an error', async () => {
  const stored = Buffer.from(await writeObjects(document(OBJECTS)));
  await expect(parseObjects(stored.subarray(0, -1), SOURCE)).rejects.toThrow(invalid('cut short'));
  stored[stored.length - 1] = (stored.at(-1) ?? 0) ^ 1;
  await expect(parseObjects(stored, SOURCE)).rejects.toThrow(invalid('damaged'));
});

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

function heapAfter(collect: () => void): number {
  collect();
  return process.memoryUsage().heapUsed;
}
