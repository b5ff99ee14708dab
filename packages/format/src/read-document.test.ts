import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDocument } from './read-document.ts';
import { count, fields, listOf, optional, type Shape, text } from './shape.ts';

const BOUNDS = { depth: 8, members: 100_000, partBytes: 1_000_000, partObjects: 20, partLists: 20 };
const anything: Shape<unknown> = (value) => value;
const SHAPE = fields<{ list: readonly unknown[]; value: unknown; text: string }>({
  list: listOf(anything),
  value: optional(anything),
  text: text(),
});

async function* inChunks(json: string, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(json);
  for (let at = 0, index = 0; at < bytes.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const read = (json: string, bounds = BOUNDS) => readDocument(inChunks(json, [7]), SHAPE, bounds);

test('a document in chunks of any size is what JSON.parse makes of it', async () => {
  const member = fc.jsonValue({ maxDepth: 3 });
  const limits = { ...BOUNDS, partObjects: 1000, partLists: 1000 };
  const document = fc.record({ list: fc.array(member), value: member, text: fc.string(), other: member });
  await fc.assert(
    fc.asyncProperty(
      document,
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      fc.constantFrom(undefined, 1, '\t'),
      async (value, sizes, indent) => {
        const json = JSON.stringify(value, null, indent);
        const { other: _, ...known } = JSON.parse(json) as Record<string, unknown>;
        expect(await readDocument(inChunks(json, sizes), SHAPE, limits)).toEqual(known);
      },
    ),
  );
});

test('what JSON.parse refuses is refused', async () => {
  const good = '{"list":[1,[2,"]"],{"a":"}"}],"text":"\\"","value":{"b":null}}';
  await read(good);
  const change = fc.tuple(fc.nat(good.length - 1), fc.constantFrom('', ',', ':', '[', ']', '{', '}', '"', '\\', ' 1'));
  await fc.assert(
    fc.asyncProperty(change, fc.boolean(), async ([at, put], replaces) => {
      const json = good.slice(0, at) + put + good.slice(replaces ? at + 1 : at);
      const wanted = attempt(() => JSON.parse(json) as unknown);
      if (wanted === undefined) await expect(read(json)).rejects.toThrow();
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['', 'incomplete'],
  ['[]', 'incomplete'],
  ['{"text":"a"', 'incomplete'],
  ['{"text":"a","list":[]} {}', 'incomplete'],
  ['{"text":"a"}', "'list' is not a list"],
  ['{"text":"a","list":{"length":1}}', "'list' is not a list"],
  ['{"text":"a","list":[],"text":"b"}', "'text' is there twice"],
  [`{"list":${'['.repeat(10)}`, 'in more than 8 others'],
  [`{"other":${'['.repeat(9)}`, 'in more than 8 others'],
])('%s is refused', async (json, why) => {
  await expect(read(json)).rejects.toThrow(why);
});

test('more members than the bound end the reading before they are parsed, also in a field that is unknown', async () => {
  const many = `[${'1,'.repeat(200_000)}1]`;
  const texts = `[${'"",'.repeat(200_000)}""]`;
  for (const json of [`{"list":${many}`, `{"value":${many}`, `{"other":${many}`, `{"list":${texts}`]) {
    await expect(read(json)).rejects.toThrow('more than 100000 members');
  }
});

test('a member of the wrong form ends the reading before the rest is there', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('{"numbers":[');
    for (;;) yield Buffer.from('{},');
  }
  const shape = fields<{ numbers: readonly number[] }>({ numbers: listOf(count) });
  await expect(readDocument(endless(), shape, BOUNDS)).rejects.toThrow("field 'numbers[0]' is not a whole number");
});

test.each([
  ['objects', '{},'],
  ['lists', '[],'],
])('a part with too many %s ends the reading before it is parsed', async (what, member) => {
  await expect(read(`{"value":[${member.repeat(30)}`)).rejects.toThrow(`a part with more than 20 ${what}`);
  await read(`{"text":"a","list":[${member.repeat(30)}1]}`);
});

test('a part that is too long ends the reading', async () => {
  await expect(read(`{"value":"${'x'.repeat(1_000_001)}"`)).rejects.toThrow('of more than 1000000 bytes');
});

test('a list keeps its own bound', async () => {
  const shape = fields<{ list: readonly unknown[] }>({ list: listOf(anything, { max: 2 }) });
  await expect(readDocument(inChunks('{"list":[1,2,3]}', [3]), shape, BOUNDS)).rejects.toThrow('more than 2 members');
});

function attempt(parse: () => unknown): unknown {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
