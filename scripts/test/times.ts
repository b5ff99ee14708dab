/** How long a test file took: hooks, imports and tests, milliseconds. */
export interface FileTime {
  /** From the root, with slashes. */
  readonly path: string;
  readonly ms: number;
}

/** How long a server took to start, milliseconds. */
export interface StartTime {
  readonly kind: string;
  readonly ms: number;
}

/** Where a run spent its time: slowest files, folders, servers. '' where nothing was measured. */
export function timesText(files: readonly FileTime[], starts: readonly StartTime[]): string {
  if (files.length === 0) return '';
  const folders = grouped(files.map(({ path, ms }) => ({ kind: folderOf(path), ms })));
  const slowest = files.map(({ path, ms }) => ({ title: path, ms })).sort(slowestFirst);
  return [
    ...section('slowest files', slowest.slice(0, 10)),
    ...section('by folder', folders.slice(0, 10)),
    ...section('starting servers (a part of the above)', grouped(starts)),
  ].join('\n');
}

/** The lines `kind<tab>ms` that starts.ts writes. */
export function parseStartTimes(text: string): readonly StartTime[] {
  return text
    .split('\n')
    .map((line) => line.split('\t'))
    .flatMap(([kind, ms]) => (kind && ms ? [{ kind, ms: Number(ms) }] : []));
}

interface Row {
  readonly title: string;
  readonly ms: number;
}

function section(title: string, rows: readonly Row[]): string[] {
  if (rows.length === 0) return [];
  return [`${title}:`, ...rows.map((row) => `${(row.ms / 1000).toFixed(1).padStart(8)} s  ${row.title}`)];
}

function grouped(times: readonly StartTime[]): readonly Row[] {
  const groups = Map.groupBy(times, ({ kind }) => kind);
  const rows = [...groups].map(([kind, members]) => ({
    title: `${kind} (${members.length})`,
    ms: members.reduce((sum, { ms }) => sum + ms, 0),
  }));
  return rows.sort(slowestFirst);
}

function slowestFirst(one: Row, other: Row): number {
  return other.ms - one.ms;
}

/** `test/restore/x.test.ts` → `test/restore`; deeper folders count for the second one. */
function folderOf(path: string): string {
  return path.split('/').slice(0, -1).slice(0, 2).join('/');
}
