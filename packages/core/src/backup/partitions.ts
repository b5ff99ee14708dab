import { numberOf } from '@postgres-backuper/base';
import { exactPatterns, type PatternReader, type Selection } from '@postgres-backuper/postgres';

/** Names in one text, at most. */
const NAMED = 3;

/** Where texts about a selection go. Warnings are stored. */
export interface Said {
  warn(text: string): void;
  notice(text: string): void;
}

/** What happens to the partitions of a table that a pattern matches. */
const OUTCOMES = {
  excludeTables: 'left out with it',
  excludeTableData: 'left without rows with it',
  tables: 'in the backup with it',
} as const satisfies Partial<Record<keyof Selection, string>>;

/**
 * pg_dump takes a partitioned table for one without rows: its partitions have to match too. From version 16 on it has
 * options for that; exact names do it with every version. Pure, but for what `reader` asks.
 */
export async function withPartitions(
  { selection, encoding }: { readonly selection: Selection; readonly encoding: string },
  reader: Pick<PatternReader, 'unmatchedPartitions'>,
  { warn, notice }: Said,
): Promise<Selection> {
  let whole = selection;
  for (const kind of Object.keys(OUTCOMES) as readonly (keyof typeof OUTCOMES)[]) {
    const except = kind === 'tables' ? whole.excludeTables : [];
    const partitions = await reader.unmatchedPartitions(selection[kind], except);
    const { patterns, unportable } = exactPatterns(partitions, encoding);
    whole = { ...whole, [kind]: [...selection[kind], ...patterns] };
    for (const root of new Set(partitions.map((partition) => partition.root))) {
      const own = partitions.filter((partition) => partition.root === root);
      notice(`${numberOf(own.length, 'partition')} of '${root}': ${OUTCOMES[kind]} (${named(own)})`);
    }
    if (unportable.length > 0)
      warn(`not ${OUTCOMES[kind]}, since pg_dump cannot be given their names: ${named(unportable)}`);
  }
  return whole;
}

function named(tables: readonly { readonly schema: string; readonly name: string }[]): string {
  const names = tables.slice(0, NAMED).map(({ schema, name }) => `'${schema}.${name}'`);
  return `${names.join(', ')}${tables.length > NAMED ? ', …' : ''}`;
}
