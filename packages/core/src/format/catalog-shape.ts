import type { Catalog, CatalogFile, CatalogTable, DatabaseProperties, Extent } from './catalog.ts';
import { FACTS_SHAPE } from './commit.ts';
import { DUMP_FILE_NAME } from './file-name.ts';
import {
  count,
  type FieldsShape,
  fields,
  flag,
  integer,
  listOf,
  nullable,
  oneOf,
  SHA256,
  type Shape,
  text,
  wrong,
} from './shape.ts';

const anyText = text({ max: Number.POSITIVE_INFINITY });
const texts = listOf(anyText);

const EXTENT: Shape<Extent> = (value, at) => {
  const numbers = listOf(count, { max: 3 })(value, at);
  const [segment, offset, length] = numbers;
  if (segment === undefined || offset === undefined || length === undefined) throw wrong(at, 'is no extent');
  return [segment, offset, length];
};

const FILE = fields<CatalogFile>({
  name: text({ pattern: DUMP_FILE_NAME }),
  sizeBytes: count,
  sha256: SHA256,
  extents: listOf(EXTENT),
});

const TABLE = fields<CatalogTable>({
  schema: anyText,
  table: anyText,
  dumpId: count,
  file: text({ pattern: /^\d+\.dat$/ }),
  copyStatement: anyText,
  rows: count,
  bytes: count,
  sha256: SHA256,
  load: oneOf('truncate', 'in-order', 'root'),
});

const DATABASE = fields<DatabaseProperties>({
  name: anyText,
  owner: anyText,
  encoding: anyText,
  collate: anyText,
  ctype: anyText,
  localeProvider: oneOf('libc', 'icu', 'builtin'),
  locale: nullable(anyText),
  icuRules: nullable(anyText),
  tablespace: anyText,
  connectionLimit: integer,
  isTemplate: flag,
  comment: nullable(anyText),
  acl: nullable(texts),
  settings: listOf(fields<DatabaseProperties['settings'][number]>({ role: nullable(anyText), values: texts })),
});

/** Every field of a catalog. The caller compares name and label with what was asked for. */
export const CATALOG_SHAPE: FieldsShape<Catalog> = fields<Catalog>({
  version: oneOf(1),
  name: anyText,
  label: anyText,
  backup: FACTS_SHAPE,
  dump: fields<Catalog['dump']>({ encoding: anyText, pgDumpVersion: anyText, serverVersion: anyText, list: anyText }),
  database: DATABASE,
  files: listOf(FILE),
  tables: listOf(TABLE),
  extensions: listOf(fields<Catalog['extensions'][number]>({ name: anyText, version: anyText })),
  roles: texts,
  warnings: texts,
  exclusions: texts,
});
