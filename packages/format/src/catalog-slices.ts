import type { Catalog, CatalogFile, CatalogTable } from './catalog-document.ts';
import { COPY_TERMINATOR } from './copy-digest.ts';
import { wrong } from './shape.ts';
import { isSliced, rowSlicesOf, storedFilesOf } from './slices.ts';

/**
 * Throws ShapeError unless every file has a digest or slices, as its table has, of the same bytes: a slice that one of
 * them lacks would be rows that nobody misses.
 */
export function checkSlices({ files, tables }: Pick<Catalog, 'files' | 'tables'>): void {
  const tableOf = new Map(tables.map((table) => [table.file, table]));
  for (const file of files) {
    requireOneForm(`files '${file.name}'`, file, ['sha256', 'extents']);
    const table = tableOf.get(file.name);
    if (table !== undefined) requireOneForm(`tables '${table.file}'`, table, ['sha256']);
    if (!isSliced(file) && (table === undefined || !('slices' in table))) continue;
    if (table === undefined) throw wrong(file.name, 'has slices, and is of no table');
    checkPairs(file, table);
  }
}

function requireOneForm(at: string, value: object, whole: readonly string[]): void {
  const isThere = (key: string): boolean => (value as Record<string, unknown>)[key] !== undefined;
  const has = whole.filter(isThere).length;
  if (isThere('slices') ? has === 0 : has === whole.length) return;
  throw wrong(at, `needs either ${whole.join(' and ')} or slices`);
}

function checkPairs(file: CatalogFile, table: CatalogTable): void {
  const [stored, slices] = [storedFilesOf(file), rowSlicesOf(table)];
  const name = `'${table.schema}.${table.table}'`;
  if (!isSliced(file) || !('slices' in table) || stored.length < 2 || stored.length !== slices.length)
    throw wrong('tables', `gives ${name} other slices than its file has`);
  for (const [index, { bytes, sha256 }] of slices.entries()) {
    const { sizeBytes, sha256: ofFile } = stored[index] as (typeof stored)[number];
    const isLast = index === slices.length - 1;
    const isSame = isLast ? sizeBytes === bytes + COPY_TERMINATOR.length : sizeBytes === bytes && sha256 === ofFile;
    if (!isSame) throw wrong('tables', `gives slice ${index + 1} of ${name} other bytes than its file has`);
  }
  if (sum(stored.map(({ sizeBytes }) => sizeBytes)) !== file.sizeBytes)
    throw wrong(file.name, 'has another size than its slices together');
  const together = [sum(slices.map(({ rows }) => rows)), sum(slices.map(({ bytes }) => bytes))];
  if (together[0] !== table.rows || together[1] !== table.bytes)
    throw wrong('tables', `gives ${name} other rows or bytes than its slices have together`);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
