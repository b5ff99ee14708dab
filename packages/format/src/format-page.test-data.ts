import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text of docs/format.md. */
export const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/format.md'), 'utf8');

export type Field = readonly [path: string, type: string];

/** Rows of the table below a heading: field and type. */
export function documented(heading: string): Field[] {
  const [, section = ''] = PAGE.split(`\n### ${heading}\n`);
  const rows = (section.split(/^##/m)[0] ?? '').matchAll(/^\| `([^`]+)` \| ([^|]+) \|[^|]*\|$/gm);
  return Array.from(rows, ([, field = '', type = '']) => [field, type] as const);
}
