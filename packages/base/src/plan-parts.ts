/** A table below this size is the holder's: pg_dump looks up each table that it leaves out by its name, and each claim asks the server. */
const LEAST_BYTES = 256 * 1024;
/** Most tables of workers, for the same reason. */
const MOST_TABLES = 2000;

/** A slice below this size saves no time that anybody notices, and older versions cannot read a backup that has some. */
const LEAST_SLICE_BYTES = 16 * 1024 ** 2;

/**
 * Into how many slices a table is cut, so that none has more than half of a part's bytes: then `count` parts come out
 * about equal. 1: it is not cut. Pure.
 */
export function slicesFor(
  bytes: number,
  { count, totalBytes }: { readonly count: number; readonly totalBytes: number },
): number {
  const most = Math.max(totalBytes / count / 2, LEAST_SLICE_BYTES);
  return count < 2 ? 1 : Math.max(1, Math.ceil(bytes / most - 1e-6));
}

/** Tables of workers, largest first. Pure. */
export function tablesForWorkers<Table>(tables: readonly Table[], bytesOf: (table: Table) => number): readonly Table[] {
  const large = tables.filter((table) => bytesOf(table) >= LEAST_BYTES);
  return large.sort((a, b) => bytesOf(b) - bytesOf(a)).slice(0, MOST_TABLES);
}

/**
 * Shares tables out to `count` parts of about equal bytes: the largest first, each to the part that has least. With fewer
 * tables than parts the last parts are empty. Pure.
 */
export function planParts<Table>(
  tables: readonly Table[],
  { count, bytesOf }: { readonly count: number; readonly bytesOf: (table: Table) => number },
): readonly (readonly Table[])[] {
  const parts = Array.from({ length: count }, () => ({ tables: [] as Table[], bytes: 0 }));
  for (const table of [...tables].sort((a, b) => bytesOf(b) - bytesOf(a))) {
    const least = parts.reduce((found, part) => (part.bytes < found.bytes ? part : found));
    least.tables.push(table);
    least.bytes += bytesOf(table);
  }
  return parts.map((part) => part.tables);
}
