import { BackuperError, type Context, isBackuperError, say } from '@postgres-backuper/base';
import { type Session, sql } from '@postgres-backuper/postgres';
import type { ServerFacts } from './facts.ts';
import type { Findings } from './items.ts';
import { findLargeTables, findLargeValues, type LargeTable, type LargeValues, READ_BY_PLACE } from './stored-values.ts';

/** The text of a value, and of its row, must be below this. The text of a bytea is twice as long as the value. */
const TEXT_BYTES = 1024 ** 3;
const NEAR_BYTES = 500 * 1024 ** 2;
/** After this time no further table is checked, milliseconds. */
const ALL_MS = 5000;
const NAMED = 3;
const WHAT = 'large values';

export interface ValuesCheck {
  readonly session: Session;
  readonly facts: Pick<ServerFacts, 'estimatedBytes'>;
  /** The backup has a selection, which may exclude what is found: a warning at most. */
  readonly isPartial: boolean;
  /** Size of a value as stored, from which it is reported; default 500 MiB. */
  readonly nearBytes?: number;
}

/**
 * Finds values whose text the server cannot send. Compressed ones are not found: their size is unknown until they are
 * read. Tables that take longer than a few seconds, or that the role may not read, are skipped. Errors: cancelled.
 */
export async function checkLargeValues(check: ValuesCheck, findings: Findings, context: Pick<Context, 'clock'>) {
  const { session, facts, nearBytes = NEAR_BYTES } = check;
  if (facts.estimatedBytes < nearBytes) return;
  await session.execute(sql`BEGIN READ ONLY; ${READ_BY_PLACE} SET LOCAL statement_timeout = '3s'`);
  try {
    const tables = await findLargeTables(session, nearBytes);
    if (tables.length > 0) await lookInto(tables, { ...check, nearBytes }, findings, context);
  } catch (error) {
    if (isBackuperError(error, 'cancelled')) throw error;
    findings.undecided(WHAT, error instanceof Error ? error.message : String(error));
  } finally {
    await session.execute(sql`ROLLBACK`);
  }
}

async function lookInto(
  tables: readonly LargeTable[],
  check: ValuesCheck & { readonly nearBytes: number },
  findings: Findings,
  { clock }: Pick<Context, 'clock'>,
): Promise<void> {
  const open = tables.filter(({ readable }) => readable);
  const hidden = tables.filter(({ readable }) => !readable);
  if (hidden.length > 0) {
    const who = 'only a superuser or a member of pg_read_all_data may look at the stored values of';
    findings.undecided(WHAT, `${who} ${named(hidden)}`);
  }
  const endsAt = clock.elapsed() + ALL_MS;
  let found = 0;
  for (const [index, table] of open.entries()) {
    const large = clock.elapsed() > endsAt ? undefined : await valuesOf(table, check);
    if (large === undefined) {
      findings.undecided(WHAT, `it takes long in ${named(open.slice(index))}`);
      return;
    }
    found += large.values;
    if (large.values > 0) report(table, large, check, findings);
  }
  if (found > 0 || open.length === 0) return;
  findings.ok(WHAT, `none of ${megabytes(check.nearBytes)}, as stored, in ${named(open)}`);
}

/** Returns undefined when it takes too long. */
async function valuesOf(
  table: LargeTable,
  { session, nearBytes }: { readonly session: Session; readonly nearBytes: number },
): Promise<LargeValues | undefined> {
  try {
    return await findLargeValues(session, table, nearBytes);
  } catch (error) {
    if (isBackuperError(error, 'time-limit')) return undefined;
    throw error;
  }
}

/** Only a certain failure is a problem: the text of other types than bytea may be as short as the value. */
export function report(
  { schema, name, columns }: Pick<LargeTable, 'schema' | 'name' | 'columns'>,
  { largestBytes }: Pick<LargeValues, 'largestBytes'>,
  { isPartial }: Pick<ValuesCheck, 'isPartial'>,
  findings: Findings,
): void {
  const shown = columns.slice(0, NAMED).map((column) => `'${column.name}' (${column.type})`);
  const where = `${shown.join(' or ')}${columns.length > NAMED ? ' or another column' : ''}`;
  const text = `table '${schema}.${name}' holds a value of ${megabytes(largestBytes)} in ${where}`;
  const hint = `shorten such values, keep them as large objects, or leave out their table with ${say.option('excludeTableData')}`;
  const isTooLarge = 2 * largestBytes >= TEXT_BYTES && columns.every(({ type }) => type === 'bytea');
  if (isTooLarge && !isPartial) {
    const message = `${text}, whose text is above 1 GB: the server cannot send it to pg_dump`;
    findings.problem(WHAT, new BackuperError('value-too-large', message, { hint }));
  } else findings.warning(WHAT, `${text}: pg_dump fails where the text of a value or a row is above 1 GB`, hint);
}

function named(tables: readonly Pick<LargeTable, 'schema' | 'name'>[]): string {
  const names = tables.slice(0, NAMED).map(({ schema, name }) => `'${schema}.${name}'`);
  return `${names.join(', ')}${tables.length > NAMED ? ` and ${tables.length - NAMED} more` : ''}`;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`;
}
