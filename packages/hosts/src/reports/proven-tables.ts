import { formatBytes, formatCount, numberOf } from '@postgres-backuper/base';
import { details, plain, table } from './markdown.ts';

interface ProvenTable {
  readonly schema: string;
  readonly table: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Most tables that are listed: the size of a summary is limited. */
const MOST = 200;

const COLUMNS = [
  { title: 'Table' },
  { title: 'Rows', right: true },
  { title: 'Size', right: true },
  { title: 'Proof' },
] as const;

/** Tables with their proofs, which are Markdown already, behind their number and what they are of. */
export function provenTables<Table extends ProvenTable>(
  tables: readonly Table[],
  { of = '', proof }: { readonly of?: string; readonly proof: (table: Table) => string },
): string {
  const rows = tables
    .slice(0, MOST)
    .map((one) => [plain(`${one.schema}.${one.table}`), formatCount(one.rows), formatBytes(one.bytes), proof(one)]);
  const more = tables.length > MOST ? `${numberOf(tables.length - MOST, 'more table')} not shown.\n` : '';
  return details(`${numberOf(tables.length, 'table')}${of}`, `${table(COLUMNS, rows)}${more}`);
}
