import { expect, test } from 'vitest';
import { CATALOG_SHAPE } from './catalog-shape.ts';
import { COMMIT_SHAPE } from './commit.ts';
import { aclItem, copyStatement, encoding, line, name, prose, setting, version } from './database-texts.ts';
import { documented, type Field, PAGE } from './format-page.test-data.ts';
import { GATHERED_SHAPE } from './gathered-commits.ts';
import { OBJECT_SHAPE, OBJECTS_HEAD_SHAPE } from './objects.ts';
import { count, flag, integer, MD5, SHA256, type Shape, time } from './shape.ts';

/** Names of the page's table of types. */
const TYPES = new Map<unknown, string>([
  ...([
    [count, 'count'],
    [integer, 'integer'],
    [flag, 'flag'],
    [time, 'time'],
    [SHA256, 'sha256'],
    [MD5, 'md5'],
  ] as const),
  ...([
    [name, 'name'],
    [version, 'version'],
    [line, 'line'],
    [prose, 'prose'],
    [encoding, 'encoding'],
  ] as const),
  ...([
    [setting, 'setting'],
    [aclItem, 'aclitem'],
    [copyStatement, 'copy'],
  ] as const),
]);

interface Described extends Shape<unknown> {
  readonly shapes?: Readonly<Record<string, Shape<unknown>>>;
  readonly member?: Shape<unknown>;
  readonly orNull?: Shape<unknown>;
  readonly orAbsent?: Shape<unknown>;
  readonly allowed?: readonly unknown[];
}

/** Every field of a document that holds no others, with its type as the page writes it. */
function fieldsOf(shape: Described, path = ''): Field[] {
  const { shapes, member, orNull, orAbsent, allowed } = shape;
  if (shapes !== undefined) {
    return Object.entries(shapes).flatMap(([key, one]) => fieldsOf(one, path === '' ? key : `${path}.${key}`));
  }
  if (member !== undefined) return fieldsOf(member, `${path}[]`);
  if (orNull !== undefined) return fieldsOf(orNull, path).map(([at, type]) => [at, `${type} or null`]);
  if (orAbsent !== undefined) return fieldsOf(orAbsent, path).map(([at, type]) => [at, `${type} or absent`]);
  if (allowed !== undefined) return [[path, allowed.map((one) => `\`${one}\``).join(', ')]];
  return [[path, TYPES.get(shape) ?? (path.endsWith('extents[]') ? 'extent' : 'text')]];
}

const sorted = (fields: readonly Field[]) => fields.map((field) => field.join(': ')).sort();

test.each([
  ['Fields of the commit', [...fieldsOf(COMMIT_SHAPE), ['sha256', 'sha256']]],
  ['Fields of the list', [...fieldsOf(OBJECTS_HEAD_SHAPE), ...fieldsOf(OBJECT_SHAPE, 'objects[]')]],
  ['Fields of gathered commits', fieldsOf(GATHERED_SHAPE)],
  ['Fields of the catalog', fieldsOf(CATALOG_SHAPE).filter(([path]) => !path.startsWith('backup.'))],
] as const)('docs/format.md names what the code reads: %s', (heading, fields) => {
  expect(sorted(documented(heading))).toEqual(sorted(fields as readonly Field[]));
});

test('docs/format.md says which fields of the commit the catalog repeats', () => {
  const repeated = fieldsOf(CATALOG_SHAPE).filter(([path]) => path.startsWith('backup.'));
  const [, sentence = ''] = /`backup` repeats ([^.]+)\./.exec(PAGE) ?? [];
  const said = Array.from(sentence.matchAll(/`(\w+)`/g), ([, field]) => field).sort();
  expect(said).toEqual([...new Set(repeated.map(([path]) => path.split('.')[1]))].sort());
});
