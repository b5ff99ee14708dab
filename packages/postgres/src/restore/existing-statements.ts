import type { QualifiedRelation } from '../database/existing-tables.ts';
import { identifier, joined, keyword, literal, type Sql, sql, wholeNumber } from '../session/sql.ts';

/** How much of a table a transaction takes: the weakest first. */
export const LOCK_MODES = ['ROW EXCLUSIVE', 'SHARE ROW EXCLUSIVE', 'ACCESS EXCLUSIVE'] as const;
export type LockMode = (typeof LOCK_MODES)[number];

/** Locks tables, and not their partitions, in the order given. */
export function lockStatement(tables: readonly QualifiedRelation[], mode: LockMode): Sql {
  const names = joined(tables.map((table) => sql`ONLY ${nameOf(table)}`));
  return sql`LOCK TABLE ${names} IN ${keyword(mode, LOCK_MODES)} MODE`;
}

/** Empties tables; `whole`: a partitioned table with all its partitions. Never CASCADE. */
export function truncateStatement(
  tables: readonly { readonly table: QualifiedRelation; readonly whole: boolean }[],
): Sql {
  const names = tables.map(({ table, whole }) => (whole ? nameOf(table) : sql`ONLY ${nameOf(table)}`));
  return sql`TRUNCATE TABLE ${joined(names)}`;
}

/** By pg_trigger.tgenabled. */
const TRIGGER_STATES: Readonly<Record<string, Sql>> = {
  O: sql`ENABLE TRIGGER`,
  D: sql`DISABLE TRIGGER`,
  R: sql`ENABLE REPLICA TRIGGER`,
  A: sql`ENABLE ALWAYS TRIGGER`,
};

/** Gives a trigger of this table, and not of its partitions, a state of pg_trigger.tgenabled. */
export function triggerStatement(table: QualifiedRelation, name: string, state: string): Sql {
  const action = TRIGGER_STATES[state];
  if (action === undefined) throw new Error(`no state of a trigger: ${state}`);
  return sql`ALTER TABLE ONLY ${nameOf(table)} ${action} ${identifier(name)}`;
}

/** A key of a partitioned table takes those of its partitions along. */
export function keyStatement(table: QualifiedRelation, name: string, isDeferred: boolean): Sql {
  const when = isDeferred ? sql`DEFERRABLE INITIALLY DEFERRED` : sql`NOT DEFERRABLE`;
  return sql`ALTER TABLE ${nameOf(table)} ALTER CONSTRAINT ${identifier(name)} ${when}`;
}

export interface SequenceValue {
  /** As in the backup. */
  readonly last: string;
  readonly isCalled: boolean;
}

/**
 * Sets a sequence within the transaction: ALTER SEQUENCE with the cache that it has gives it a new file with the value
 * that it has, and waits for who uses it; setval then changes that file, which goes if the transaction does.
 * `mayGoBack`: also to a value that it has passed.
 */
export function sequenceStatements(
  sequence: QualifiedRelation & { readonly cache: string; readonly isAscending: boolean },
  { last, isCalled }: SequenceValue,
  { mayGoBack }: { readonly mayGoBack: boolean },
): readonly Sql[] {
  const name = nameOf(sequence);
  const value = wholeNumber(last);
  const isNext = isCalled ? sql`s.last_value = ${value} AND NOT s.is_called` : sql`false`;
  const isBehind = sequence.isAscending ? sql`s.last_value < ${value}` : sql`s.last_value > ${value}`;
  const condition = mayGoBack ? sql`true` : sql`${isBehind} OR ${isNext}`;
  return [
    sql`ALTER SEQUENCE ${name} CACHE ${wholeNumber(sequence.cache)}`,
    sql`${setvalStatement(sequence, { last, isCalled })} FROM ${name} s WHERE ${condition}`,
  ];
}

/** Of a sequence that is made in this transaction: another one would keep the value after a rollback. */
export function setvalStatement({ schema, name }: QualifiedRelation, { last, isCalled }: SequenceValue): Sql {
  const called = isCalled ? sql`true` : sql`false`;
  const text = sql`pg_catalog.quote_ident(${literal(schema)}) || '.' || pg_catalog.quote_ident(${literal(name)})`;
  return sql`SELECT pg_catalog.setval(pg_catalog.to_regclass(${text}), ${wholeNumber(last)}, ${called})`;
}

/** `"schema"."name"` */
function nameOf({ schema, name }: QualifiedRelation): Sql {
  return sql`${identifier(schema)}.${identifier(name)}`;
}
