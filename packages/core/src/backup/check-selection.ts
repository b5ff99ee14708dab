import { BackuperError, say } from '@postgres-backuper/base';
import {
  createPatternReader,
  isPortable,
  type PatternReader,
  type Selection,
  type Session,
} from '@postgres-backuper/postgres';
import { type Said, withPartitions } from './partitions.ts';

export interface CheckedSelection {
  /** With the partitions of the partitioned tables that it names. */
  readonly selection: Selection;
  /** Oids of the tables and sequences whose content the user left out by name. */
  readonly withoutRows: ReadonlySet<string>;
}

/**
 * Warns of patterns that match nothing, and takes along the partitions of partitioned tables. Errors: selection-empty
 * when a pattern without a match chooses what is backed up: a renamed table must not go unnoticed.
 */
export async function checkSelection(
  { selection, encoding }: { readonly selection: Selection; readonly encoding: string },
  session: Session,
  said: Said,
): Promise<CheckedSelection> {
  if (Object.values(selection).every((patterns) => patterns.length === 0)) return { selection, withoutRows: new Set() };
  const reader = await createPatternReader(session);
  for (const { flag, patterns, only, kind } of options(selection)) {
    for (const pattern of patterns) {
      const problem = unsendable(pattern, encoding) ?? (await problemOf({ pattern, kind }, reader));
      if (problem === undefined) continue;
      if (only !== undefined) throw notFound({ pattern, only }, problem);
      said.warn(`--${flag} ${pattern} ${problem}`); // the catalog keeps it: with pg_dump's name of the option
    }
  }
  const whole = await withPartitions({ selection, encoding }, reader, said);
  return { selection: whole, withoutRows: await reader.contents(whole.excludeTableData) };
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
