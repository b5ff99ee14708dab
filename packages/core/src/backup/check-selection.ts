import { BackuperError, numberOf, say } from '@postgres-backuper/base';
import {
  createPatternReader,
  isPortable,
  type PatternReader,
  type Selection,
  type Session,
} from '@postgres-backuper/postgres';

/** Names in one text, at most. */
const NAMED = 3;

export interface CheckedSelection {
  /** Oids of the tables and sequences whose content the user left out by name. */
  readonly withoutRows: ReadonlySet<string>;
}

/**
 * Warns of patterns that match nothing, or less than they seem to. Errors: selection-empty when such a pattern chooses
 * what is backed up: a renamed table must not go unnoticed.
 */
export async function checkSelection(
  { selection, encoding }: { readonly selection: Selection; readonly encoding: string },
  session: Session,
  warn: (text: string) => void,
): Promise<CheckedSelection> {
  if (Object.values(selection).every((patterns) => patterns.length === 0)) return { withoutRows: new Set() };
  const reader = await createPatternReader(session);
  for (const { flag, patterns, only, kind } of options(selection)) {
    for (const pattern of patterns) {
      const problem = unsendable(pattern, encoding) ?? (await problemOf({ pattern, kind }, reader));
      if (problem === undefined) continue;
      if (only !== undefined) throw notFound({ pattern, only }, problem);
      warn(`--${flag} ${pattern} ${problem}`); // the catalog keeps it: with pg_dump's name of the option
    }
  }
  const { tables, excludeTables, excludeTableData } = selection;
  await warnOfPartitions({ flag: 'table', patterns: tables, so: 'are not in the backup' }, reader, warn);
  await warnOfPartitions({ flag: 'exclude-table', patterns: excludeTables, so: 'stay in the backup' }, reader, warn);
  const stay = 'stay in the backup, with their rows';
  await warnOfPartitions({ flag: 'exclude-table-data', patterns: excludeTableData, so: stay }, reader, warn);
  return { withoutRows: await reader.contents(excludeTableData) };
}

interface PatternOption {
  readonly flag: string;
  readonly patterns: readonly string[];
  readonly kind: 'table' | 'schema';
  /** The option that restricts the backup to what matches. */
  readonly only?: 'schema' | 'table';
}

function options(selection: Selection): readonly PatternOption[] {
  const { schemas, excludeSchemas, tables, excludeTables, excludeTableData } = selection;
  return [
    { flag: 'schema', patterns: schemas, kind: 'schema', only: 'schema' },
    { flag: 'exclude-schema', patterns: excludeSchemas, kind: 'schema' },
    { flag: 'table', patterns: tables, kind: 'table', only: 'table' },
    { flag: 'exclude-table', patterns: excludeTables, kind: 'table' },
    { flag: 'exclude-table-data', patterns: excludeTableData, kind: 'table' },
  ];
}

function notFound(
  { pattern, only }: { readonly pattern: string; readonly only: 'schema' | 'table' },
  problem: string,
): BackuperError {
  const hint = `check ${say.given(only)}`;
  return new BackuperError('selection-empty', `${say.option(only, pattern)} ${problem}`, { hint });
}

/** Arguments are passed in UTF-8, but pg_dump reads them in the encoding of the database. */
function unsendable(pattern: string, encoding: string): string | undefined {
  if (encoding === 'SQL_ASCII' || isPortable(pattern, encoding)) return undefined;
  return `cannot be given to pg_dump in a database in ${encoding}: write ? for each character beyond ASCII`;
}

async function problemOf(
  { pattern, kind }: { readonly pattern: string; readonly kind: 'table' | 'schema' },
  reader: PatternReader,
): Promise<string | undefined> {
  const isFound = kind === 'table' ? await reader.findsRelation(pattern) : await reader.findsSchema(pattern);
  if (isFound) return undefined;
  const similar =
    kind === 'table'
      ? (await reader.similarRelations(pattern)).map(({ schema, name }) => `${asPattern(schema)}.${asPattern(name)}`)
      : (await reader.similarSchemas(pattern)).map(asPattern);
  const there = similar.length === 0 ? '' : `; did you mean ${similar.join(', ')}?`;
  return `matches no ${kind}${there}`;
}

/** The pattern that matches exactly this name. */
function asPattern(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** pg_dump takes a partitioned table for one without rows: its partitions have to match too. */
async function warnOfPartitions(
  { flag, patterns, so }: { readonly flag: string; readonly patterns: readonly string[]; readonly so: string },
  reader: PatternReader,
  warn: (text: string) => void,
): Promise<void> {
  const partitions = await reader.unmatchedPartitions(patterns);
  for (const root of new Set(partitions.map((partition) => partition.root))) {
    const own = partitions.filter((partition) => partition.root === root);
    const names = own.slice(0, NAMED).map(({ schema, name }) => `'${schema}.${name}'`);
    const rest = own.length > NAMED ? ', …' : '';
    warn(
      `--${flag}: ${numberOf(own.length, 'partition')} of '${root}' ${so} (${names.join(', ')}${rest}): a pattern must match them too`,
    );
  }
}
