/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly right?: true;
  /** Where lines are too long, the columns with a number are left out, the highest first. */
  readonly spare?: number;
}

const GAP = 2;
/** Least visible characters of a last column that is cut. */
const LEAST = 12;

/**
 * Rows under their titles, with two spaces between columns; the last column is not padded. `width`: most characters of a
 * line, for which columns are left out and the last one is cut; default: nothing is cut.
 */
export function tableText(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number = Number.POSITIVE_INFINITY,
): string {
  const cells = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => visibleLength(row[index] ?? ''))));
  const shown = fitting(columns, widths, width);
  const last = shown.at(-1) ?? 0;
  const before = shown.slice(0, -1).reduce((sum, index) => sum + (widths[index] ?? 0) + GAP, 0);
  const line = (row: readonly string[]): string =>
    shown
      .map((index) => {
        if (index === last) return cut(row[index] ?? '', Math.max(LEAST, width - before));
        const gap = ' '.repeat((widths[index] ?? 0) - visibleLength(row[index] ?? ''));
        return columns[index]?.right ? gap + row[index] : row[index] + gap;
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  return cells.map((row) => `${line(row)}\n`).join('');
}

/** The indices of the columns to show. */
function fitting(columns: readonly Column[], widths: readonly number[], width: number): readonly number[] {
  let shown = columns.map((_, index) => index);
  const needed = () => shown.slice(0, -1).reduce((sum, index) => sum + (widths[index] ?? 0) + GAP, LEAST);
  const spare = columns.flatMap(({ spare: order }, index) => (order === undefined ? [] : [{ order, index }]));
  for (const { index } of spare.sort((a, b) => b.order - a.order)) {
    if (needed() <= width) break;
    shown = shown.filter((one) => one !== index);
  }
  return shown;
}

/** At most so many visible characters, the last one then being `…`. */
function cut(text: string, width: number): string {
  if (visibleLength(text) <= width) return text;
  let left = width - 1;
  const parts = text.split(/(\x1b\[\d+m)/).map((part, index) => {
    if (index % 2 === 1) return part; // a colour code
    const kept = [...part].slice(0, Math.max(0, left)).join('');
    left -= visibleLength(part);
    return kept;
  });
  return `${parts.join('')}…`;
}

/** As nearly all cells are: each character is one. */
const PLAIN = /^[\x20-\x7e]*$/;

/** Visible characters: without colour codes; wide ones count once. */
function visibleLength(text: string): number {
  if (PLAIN.test(text)) return text.length;
  return [...text.replace(/\x1b\[\d+m/g, '')].length;
}
