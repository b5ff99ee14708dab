import type {
  Catalog,
  CatalogFile,
  CatalogOrigin,
  CatalogRole,
  CatalogTable,
  DatabaseProperties,
  Extent,
  FileSlice,
  HbaRule,
  RowsSlice,
  ServerSetting,
  SlicedFile,
  SlicedRows,
  StoredFile,
  WholeRows,
} from './catalog-document.ts';
import { FACTS_SHAPE } from './commit.ts';
import { aclItem, copyStatement, encoding, line, name, prose, setting, version } from './database-texts.ts';
import { type Extents, isPacked, pack } from './extents.ts';
import { DUMP_FILE_NAME } from './file-name.ts';
import { LABEL } from './label.ts';
import {
  count,
  type FieldsShape,
  fields,
  flag,
  integer,
  listOf,
  nullable,
  oneOf,
  optional,
  SHA256,
  type Shape,
  text,
  wrong,
} from './shape.ts';
import { SLICES_MAX } from './slices.ts';

const EXTENT: Shape<Extent> = (value, at) => {
  const numbers = listOf(count, { max: 4 })(value, at);
  const [segment, offset, length, inParent] = numbers;
  if (segment === undefined || offset === undefined || length === undefined) throw wrong(at, 'is not an extent');
  if (inParent === undefined) return [segment, offset, length];
  if (inParent !== 1) throw wrong(at, 'is not an extent');
  return [segment, offset, length, inParent];
};

const SLICES = { max: SLICES_MAX };
const LIST = listOf(EXTENT);
/** Many are packed at once. */
export const EXTENTS: Shape<Extents> = Object.assign((value: unknown, at: string): Extents => {
  if (isPacked(value)) return value;
  const extents = LIST(value, at);
  try {
    return pack(extents);
  } catch {
    throw wrong(at, 'has numbers that no segment has');
  }
}, LIST);

/** Either digest and extents or slices: `checkSlices` holds it. */
const FILE = fields<StoredFile & SlicedFile>({
  name: text({ pattern: DUMP_FILE_NAME }),
  sizeBytes: count,
  sha256: optional(SHA256),
  extents: optional(EXTENTS),
  slices: optional(listOf(fields<FileSlice>({ sizeBytes: count, sha256: SHA256, extents: EXTENTS }), SLICES)),
}) as FieldsShape<CatalogFile>;

/** Either a digest or slices. */
const TABLE = fields<Extract<CatalogTable, WholeRows> & SlicedRows>({
  schema: name,
  table: name,
  dumpId: count,
  file: text({ pattern: /^\d{1,10}\.dat$/ }),
  copyStatement,
  rows: count,
  bytes: count,
  sha256: optional(SHA256),
  slices: optional(listOf(fields<RowsSlice>({ rows: count, bytes: count, sha256: SHA256 }), SLICES)),
  load: oneOf('truncate', 'in-order', 'root'),
}) as FieldsShape<CatalogTable>;

const DATABASE = fields<DatabaseProperties>({
  name,
  owner: name,
  encoding,
  collate: line,
  ctype: line,
  localeProvider: oneOf('libc', 'icu', 'builtin'),
  locale: nullable(line),
  icuRules: nullable(prose),
  tablespace: name,
  connectionLimit: integer,
  isTemplate: flag,
  comment: nullable(prose),
  securityLabels: listOf(fields<DatabaseProperties['securityLabels'][number]>({ provider: name, label: prose })),
  acl: nullable(listOf(aclItem)),
  settings: listOf(fields<DatabaseProperties['settings'][number]>({ role: nullable(name), values: listOf(setting) })),
});

const ORIGIN = fields<CatalogOrigin>({
  file: line,
  sizeBytes: count,
  sha256: SHA256,
  serverVersion: nullable(version),
});

const ROLE = fields<CatalogRole>({
  name,
  uses: listOf(oneOf('owner', 'privileges', 'policy', 'user-mapping'), { max: 4 }),
});

const SERVER_SETTING = fields<ServerSetting>({
  name: line,
  value: nullable(prose),
  source: nullable(line),
  file: nullable(prose),
});

const HBA_RULE = fields<HbaRule>({
  ...{ type: line, databases: listOf(prose), users: listOf(prose), address: nullable(prose), netmask: nullable(prose) },
  ...{ method: line, options: listOf(prose) },
});

/** Every field of a catalog. The caller compares name and label with those requested. */
export const CATALOG_SHAPE: FieldsShape<Catalog> = fields<Catalog>({
  version: oneOf(1),
  name,
  label: text({ pattern: LABEL }),
  backup: FACTS_SHAPE,
  origin: optional(ORIGIN),
  dump: fields<Catalog['dump']>({
    ...{ encoding, clusterEncoding: encoding, pgDumpVersion: version, serverVersion: version },
    list: prose,
  }),
  database: DATABASE,
  files: listOf(FILE),
  tables: listOf(TABLE),
  extensions: listOf(fields<Catalog['extensions'][number]>({ name, version: line })),
  roles: listOf(ROLE),
  serverSettings: optional(listOf(SERVER_SETTING)),
  hbaRules: optional(listOf(HBA_RULE)),
  warnings: listOf(prose),
  exclusions: listOf(prose),
});
