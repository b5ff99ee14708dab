import { BackuperError, isBackuperError } from '@postgres-backuper/base';
import type { Catalog } from '@postgres-backuper/format';
import { readToc, type Toc } from '@postgres-backuper/postgres';

export const TOC_FILE = 'toc.dat';

/**
 * The table of contents that pg_restore reads, compared with the catalog table by table: one that the catalog lacks
 * would be restored empty. Errors: catalog-invalid.
 */
export function openToc(bytes: Buffer, catalog: Catalog): Toc {
  const toc = parse(bytes);
  const data = toc.entries.filter((entry) => entry.hasData);
  const tables = new Map(catalog.tables.map((table) => [table.dumpId, table]));
  const seen = new Set<number>();
  for (const { dumpId, schema, tag, fileName, copyStatement } of data) {
    const table = tables.get(dumpId);
    const name = `'${schema}.${tag}'`;
    if (table === undefined) throw differs(`the catalog has no rows of ${name}`);
    if (seen.has(dumpId)) throw differs(`the table of contents has ${name} twice`);
    if (table.file !== fileName) throw differs(`the catalog has another file for ${name}`);
    if (table.copyStatement !== copyStatement) throw differs(`the catalog has another copy statement for ${name}`);
    seen.add(dumpId);
  }
  const absent = catalog.tables.find(({ dumpId }) => !seen.has(dumpId));
  if (absent !== undefined) throw differs(`the archive has no data of table '${absent.schema}.${absent.table}'`);
  return toc;
}

/** Where the header has the size of an integer: pg_restore uses it, our reader does not; both must read the same. */
const INTEGER_SIZE_AT = 8;

function parse(bytes: Buffer): Toc {
  if (bytes.length > INTEGER_SIZE_AT && bytes[INTEGER_SIZE_AT] !== 4)
    throw new BackuperError('catalog-invalid', 'the table of contents of the dump has integers of another size');
  try {
    const toc = readToc(bytes);
    if (toc !== undefined) return toc;
  } catch (error) {
    if (!isBackuperError(error, 'dump-failed')) throw error;
  }
  throw new BackuperError('catalog-invalid', 'the table of contents of the dump is incomplete');
}

function differs(how: string): BackuperError {
  return new BackuperError('catalog-invalid', `'${TOC_FILE}' and the catalog differ: ${how}`, {
    hint: 'do not use this backup: somebody changed it',
  });
}
