import { BackuperError, say } from '@postgres-backuper/base';
import {
  identifier,
  type MappedDefinition,
  mapSchema,
  type QualifiedRelation,
  type SchemaMove,
  type SequenceValue,
  sql,
  type Toc,
  type TocEntry,
} from '@postgres-backuper/postgres';
import { type EntryJob, entrySteps } from '../entry-jobs.ts';
import { wantedRows } from '../existing/wanted-rows.ts';
import { objectName } from '../not-restored.ts';
import type { OpenedBackup } from '../opened-backup.ts';
import type { PlannedTable } from '../plan-load.ts';
import type { SelectedObjects } from '../select-objects.ts';
import { listed } from '../target/finding.ts';

/** What is made in a new schema beside the original one. */
export interface MovedEntries {
  /** Tables, sequences, defaults: before the rows. */
  readonly preData: readonly EntryJob[];
  /** Indexes, constraints, comments. */
  readonly postData: readonly EntryJob[];
  readonly tables: readonly PlannedTable[];
  readonly sequences: readonly (QualifiedRelation & { readonly value: SequenceValue })[];
  /** What is not made, and what is used where it was: sentences. */
  readonly leftOut: readonly string[];
}

/** Kinds of entries that move. Bodies of functions and queries of views name objects in ways that only the server reads. */
const MOVED = new Set([
  ...['TABLE', 'TABLE ATTACH', 'SEQUENCE', 'SEQUENCE OWNED BY', 'DEFAULT', 'STATISTICS'],
  ...['INDEX', 'INDEX ATTACH', 'CONSTRAINT', 'CHECK CONSTRAINT', 'FK CONSTRAINT'],
]);
const COMMENT_ON = /^(TABLE|COLUMN|SEQUENCE|INDEX|CONSTRAINT|STATISTICS) /;
/** Not named: rows and values come by themselves, grants and owners are those of the new schema. */
const NOT_NAMED = new Set([
  'TABLE DATA',
  'SEQUENCE SET',
  'ACL',
  'SCHEMA',
  'COMMENT',
  'SECURITY LABEL',
  'PUBLICATION TABLE',
]);
const RELATIONS = new Set(['TABLE', 'VIEW', 'MATERIALIZED VIEW', 'FOREIGN TABLE', 'SEQUENCE']);
const FUNCTIONS = new Set(['FUNCTION', 'PROCEDURE', 'AGGREGATE']);

interface Mapped extends MappedDefinition {
  readonly entry: TocEntry;
}

/** Pure. Errors: configuration-invalid for what cannot be moved as a whole; catalog-invalid. */
export function movedEntries(
  backup: OpenedBackup,
  toc: Toc,
  { selected, to }: { readonly selected: SelectedObjects; readonly to: string },
): MovedEntries {
  const from = schemaOf(toc, selected);
  const needed = toc.entries.filter(({ dumpId }) => selected.needed?.has(dumpId) === true);
  const entries = needed.filter((entry) => entry.schema === from && moves(entry));
  const move = { from, to, names: namesOf(entries, toc) };
  requireUnique(move, toc);
  const mapped = entries.map((entry) => ({ entry, ...mapSchema(entry.definition, move) }));
  const { kept, cut } = withoutOutside(mapped, toc, move);
  const { preData, postData } = entrySteps(
    kept.map(({ entry, definition }) => ({ ...entry, definition })),
    { owner: false, tablespaces: false },
  );
  const rows = wantedRows(backup, toc, { selected, kept: needed });
  const others = needed.filter((entry) => entry.schema === from && !moves(entry) && !NOT_NAMED.has(entry.description));
  return {
    ...{ preData, postData },
    tables: rows.tables.map((table) => ({ ...table, copy: { ...table.copy, target: targetOf(table, to) } })),
    sequences: rows.sequences
      .filter(({ schema, name }) => schema === from && move.names.has(name))
      .map((one) => ({ ...one, schema: to })),
    leftOut: [...leftOutText([...new Set([...selected.cut, ...cut, ...others])]), ...usedText(kept)],
  };
}

/** The schema of the requested tables. Errors: configuration-invalid. */
function schemaOf({ entries }: Toc, { requested }: SelectedObjects): string {
  const tables = entries.filter(
    ({ description, dumpId }) => description === 'TABLE' && requested?.has(dumpId) === true,
  );
  const schemas = [...new Set(tables.map(({ schema }) => schema))];
  const [schema] = schemas;
  if (schema !== undefined && schemas.length === 1) return schema;
  const what = schema === undefined ? 'a table' : `tables of one schema, not of ${listed(schemas)}`;
  throw new BackuperError('configuration-invalid', `${say.option('intoSchema')} needs ${what}`, {
    hint: `choose them with ${say.option('table')} or ${say.option('schema')}, and restore each schema by itself`,
  });
}

function moves({ description, tag }: TocEntry): boolean {
  return MOVED.has(description) || (description === 'COMMENT' && COMMENT_ON.test(tag));
}

/** The tag of a constraint begins with its table. */
function namesOf(entries: readonly TocEntry[], { entries: all }: Toc): ReadonlySet<string> {
  const tags = new Map(all.map(({ dumpId, tag }) => [dumpId, tag]));
  const names = entries.flatMap(({ description, tag, dependencies }) => {
    if (description === 'CONSTRAINT') {
      const tables = dependencies.flatMap((id) => tags.get(id) ?? []).filter((table) => tag.startsWith(`${table} `));
      return tables.map((table) => tag.slice(table.length + 1));
    }
    return ['TABLE', 'SEQUENCE', 'INDEX', 'STATISTICS'].includes(description) ? [tag] : [];
  });
  return new Set(names);
}

/** `f(integer)` in an expression could mean either. */
function requireUnique({ from, names }: SchemaMove, { entries }: Toc): void {
  const functions = entries.filter(({ description, schema }) => FUNCTIONS.has(description) && schema === from);
  const same = functions.find(({ tag }) => names.has(tag.replace(/\([\s\S]*$/, '')));
  if (same === undefined) return;
  const text = `function '${from}.${same.tag}' has the name of a table or index: they cannot be told apart in expressions`;
  throw new BackuperError('configuration-invalid', text, { hint: 'restore into a new database instead' });
}

/** No statement may be about a table that stays. Errors: configuration-invalid where a table itself needs one. */
function withoutOutside(mapped: readonly Mapped[], { entries }: Toc, { from, names }: SchemaMove) {
  const relations = new Set(entries.filter(({ description }) => RELATIONS.has(description)).map(keyOf));
  const isOutside = ({ schema, name }: QualifiedRelation): boolean =>
    relations.has(JSON.stringify([schema, name])) && !(schema === from && names.has(name));
  const cut = mapped.filter(({ others }) => others.some(isOutside));
  const table = cut.find(({ entry }) => entry.description === 'TABLE' || entry.description === 'SEQUENCE');
  if (table !== undefined) {
    const other = table.others.find(isOutside);
    const text = `'${objectName(table.entry)}' stands on '${other?.schema}.${other?.name}', which does not come along`;
    throw new BackuperError('configuration-invalid', text, { hint: 'restore into a new database instead' });
  }
  return { kept: mapped.filter((one) => !cut.includes(one)), cut: cut.map(({ entry }) => entry) };
}

function keyOf({ schema, tag }: TocEntry): string {
  return JSON.stringify([schema, tag]);
}

function targetOf({ copy: { table } }: PlannedTable, to: string) {
  return sql`${identifier(to)}.${identifier(table[1])}`;
}

function leftOutText(entries: readonly TocEntry[]): readonly string[] {
  if (entries.length === 0) return [];
  return [`left out of the restore, because it is not moved to another schema: ${listed(entries.map(objectName))}`];
}

/** Types, functions, collations and operators that the moved objects use. */
function usedText(kept: readonly Mapped[]): readonly string[] {
  const used = kept.flatMap(({ others }) => others).filter(({ schema }) => schema !== 'pg_catalog');
  const names = [...new Set(used.map(({ schema, name }) => `${schema}.${name}`))];
  return names.length === 0 ? [] : [`used where they were: ${listed(names)}`];
}
