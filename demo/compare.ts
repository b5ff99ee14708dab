import { formatCount } from '@postgres-backuper/base';
import { paint } from '@postgres-backuper/hosts';
import { tableText } from '../packages/cli/src/print/table.ts';

/** Rows and a hash that does not depend on their order. */
export interface TableContent {
  readonly table: string;
  readonly rows: number;
  readonly hash: string;
}

type Psql = (sql: string, dbname: string) => Promise<string>;

const TABLES = `SELECT coalesce(json_agg(format('%I.%I', n.nspname, c.relname) ORDER BY n.nspname, c.relname), '[]')
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'`;

const LARGE_OBJECTS = `SELECT count(*) || ' ' ||
  md5(coalesce(sum(hashtextextended(oid || encode(lo_get(oid), 'hex'), 0)), 0)::text) FROM pg_largeobject_metadata`;

/** Reads every table of a database, four at a time. */
export async function readContents(psql: Psql, dbname: string): Promise<readonly TableContent[]> {
  const tables = JSON.parse(await psql(TABLES, dbname)) as string[];
  const contents: TableContent[] = [];
  const waiting = [...tables.entries()];
  const reader = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, table] = next;
      contents[index] = await readContent(psql, dbname, table);
    }
  };
  await Promise.all(Array.from({ length: 4 }, reader));
  return [...contents, described('large objects', await psql(LARGE_OBJECTS, dbname))];
}

async function readContent(psql: Psql, dbname: string, table: string): Promise<TableContent> {
  const sql = `SELECT count(*) || ' ' || md5(coalesce(sum(hashtextextended(t::text, 0)), 0)::text) FROM ONLY ${table} t`;
  return described(table, await psql(sql, dbname));
}

function described(table: string, answer: string): TableContent {
  const [rows = '', hash = ''] = answer.split(' ');
  return { table, rows: Number(rows), hash: hash.slice(0, 12) };
}

/** Both sides of every table, and whether all are equal. */
export function comparisonText(
  original: readonly TableContent[],
  restored: readonly TableContent[],
  colours: boolean,
): { readonly text: string; readonly equal: boolean } {
  const other = new Map(restored.map((content) => [content.table, content]));
  const isEqual = (one: TableContent): boolean => {
    const two = other.get(one.table);
    return two?.rows === one.rows && two.hash === one.hash;
  };
  const rows = original.map((one) => {
    const two = other.get(one.table);
    const sign = isEqual(one) ? paint(colours, 'green', '✓') : paint(colours, 'red', '✗');
    return [one.table, formatCount(one.rows), one.hash, two ? formatCount(two.rows) : '-', two?.hash ?? '-', sign];
  });
  const columns = [
    { title: 'table' },
    { title: 'rows', right: true },
    { title: 'hash' },
    { title: 'restored', right: true },
    { title: 'hash' },
    { title: '' },
  ] as const;
  return { text: tableText(columns, rows), equal: original.length === restored.length && original.every(isEqual) };
}
