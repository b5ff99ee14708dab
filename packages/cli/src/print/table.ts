/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly right?: true;
}

/** Rows under their titles, with two spaces between columns; no text is cut, the last column is not padded. */
export function tableText(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ title }, index) =>
    Math.max(visibleLength(title), ...rows.map((row) => visibleLength(row[index] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        const gap = ' '.repeat((widths[index] ?? 0) - visibleLength(cell));
        if (columns[index]?.right) return gap + cell;
        return index === columns.length - 1 ? cell : cell + gap;
      })
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...rows.map(line)].map((text) => `${text}\n`).join('');
}

/** Visible characters: without colour codes; wide ones count once. */
function visibleLength(text: string): number {
  return [...text.replace(/\x1b\[\d+m/g, '')].length;
}
