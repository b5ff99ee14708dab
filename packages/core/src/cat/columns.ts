import { BackuperError } from '@postgres-backuper/base';
import { bytesOfText, type CatalogTable } from '@postgres-backuper/format';
import { parseCopyStatement } from '@postgres-backuper/postgres';

/**
 * The columns that all these tables have, in the dump's encoding. `names`: of the tables, for people. Errors:
 * selection-empty for partitions with other columns, or in another order.
 */
export function columnsOfAll(tables: readonly CatalogTable[], names: readonly string[]): readonly Buffer[] {
  const lists = tables.map((table) => parseCopyStatement(bytesOfText(table.copyStatement)).names);
  const [first = []] = lists;
  const other = lists.findIndex((list) => !areSame(list, first));
  if (other < 0) return first;
  throw new BackuperError(
    'selection-empty',
    `the partitions '${names[0]}' and '${names[other]}' do not have the same columns in the same order`,
    { hint: 'name one partition after the other' },
  );
}

function areSame(some: readonly Buffer[], others: readonly Buffer[]): boolean {
  return some.length === others.length && some.every((one, index) => one.equals(others[index] ?? Buffer.alloc(0)));
}
