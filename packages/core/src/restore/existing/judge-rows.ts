import { type ErrorCode, say } from '@postgres-backuper/base';
import { textOfBytes } from '@postgres-backuper/format';
import type { ExistingColumn, ExistingTables, QualifiedRelation } from '@postgres-backuper/postgres';
import { type Finding, listed } from '../target/finding.ts';
import { takesAll } from './column-types.ts';
import type { RowsPlan } from './plan-rows.ts';
import type { WantedRows, WantedTable } from './wanted-rows.ts';

interface Judged {
  readonly wanted: WantedRows;
  readonly facts: ExistingTables;
  readonly plan: RowsPlan;
  readonly database: string;
}

/** Whether tables that exist take the rows of a backup. Pure. */
export function judgeRows(judged: Judged): readonly Finding[] {
  return [
    ...largeObjects(judged),
    ...missing(judged),
    ...columns(judged),
    ...references(judged),
    ...rights(judged),
    ...sequences(judged),
    ...otherPartitions(judged),
  ];
}

function blocks(what: string, solution: string): Finding {
  return { kind: 'object', severity: 'blocks', code: 'restore-failed', what, solution };
}

function largeObjects({ wanted: { hasLargeObjects } }: Judged): readonly Finding[] {
  if (!hasLargeObjects) return [];
  const what = 'the backup has large objects, which cannot be loaded in the transaction of the rows';
  return [blocks(what, `choose tables with ${say.option('table')} or schemas with ${say.option('schema')}`)];
}

function missing({ wanted, plan: { trees }, database }: Judged): readonly Finding[] {
  const absent = new Set(wanted.tables.filter(({ into }) => trees.named(into) === undefined).map(nameOf));
  const others = new Set(
    wanted.tables.filter(({ into }) => !['r', 'p'].includes(trees.named(into)?.kind ?? 'r')).map(nameOf),
  );
  return [
    ...(absent.size === 0
      ? []
      : [
          blocks(
            `database '${database}' has no table ${listed([...absent])}`,
            'create it, or leave it out of the choice',
          ),
        ]),
    ...(others.size === 0
      ? []
      : [blocks(`${listed([...others])} is no table in '${database}'`, 'leave it out of the choice')]),
  ];
}

function columns({ wanted, facts, plan: { trees } }: Judged): readonly Finding[] {
  const byTable = new Map<string, ExistingColumn[]>();
  for (const column of facts.columns) byTable.set(column.table, [...(byTable.get(column.table) ?? []), column]);
  return wanted.tables.flatMap((table) => columnsOf(table, byTable.get(trees.named(table.into)?.oid ?? '')));
}

/** Columns are found by their names: their order does not matter. */
function columnsOf(table: WantedTable, has: readonly ExistingColumn[] | undefined): readonly Finding[] {
  if (has === undefined) return [];
  const byName = new Map(has.map((column) => [column.name, column]));
  const names = table.copy.names.map(textOfBytes);
  const where = `of table '${nameOf(table)}'`;
  const found = names.flatMap((name): readonly Finding[] => {
    const column = byName.get(name);
    if (column === undefined)
      return [blocks(`column '${name}' ${where} does not exist`, 'add it, or leave the table out')];
    if (column.isGenerated)
      return [blocks(`column '${name}' ${where} is generated: it takes no values`, 'leave the table out')];
    const type = table.types.get(name);
    if (type === undefined || takesAll(type, column.type)) return [];
    return [blocks(`column '${name}' ${where} has the type ${column.type}, in the backup ${type}`, TYPES)];
  });
  const more = has.filter(({ name, isGenerated }) => !isGenerated && !names.includes(name));
  const empty = more.filter(({ needsValue }) => needsValue).map(({ name }) => name);
  const filled = more.filter(({ needsValue }) => !needsValue).map(({ name }) => name);
  return [
    ...found,
    ...(empty.length === 0
      ? []
      : [
          blocks(
            `${listed(empty)} ${where} is NOT NULL, and the backup has no values for it`,
            'give it a default first',
          ),
        ]),
    ...(filled.length === 0 ? [] : [note(`${listed(filled)} ${where} gets its default: the backup does not have it`)]),
  ];
}

const TYPES = 'restore the table into another database, and convert its rows there';

function note(what: string): Finding {
  return { kind: 'object', severity: 'note', what };
}

/** TRUNCATE would be refused, or take these tables along. */
function references({ facts, plan: { truncated, trees } }: Judged): readonly Finding[] {
  const emptied = new Set(truncated.flatMap(({ table }) => trees.under(table.oid)).map(({ oid }) => oid));
  const outside = facts.keys.filter(({ table, refersTo }) => emptied.has(refersTo) && !emptied.has(table));
  return [...new Set(outside.map(({ tableName }) => tableName))].map((name) => {
    const key = outside.find(({ tableName }) => tableName === name);
    const what = `'${name}' refers to a table that would be emptied (${key?.name}), and is not restored`;
    return blocks(what, `choose it as well, or append without ${say.option('truncate')}`);
  });
}

function rights({ wanted, plan }: Judged): readonly Finding[] {
  const { trees, truncated, triggers, keys } = plan;
  const targets = wanted.tables.flatMap(({ into }) => trees.named(into) ?? []);
  return [
    ...lacking(
      targets.filter(({ inserts }) => !inserts),
      'the role may not insert rows',
      'GRANT INSERT ON … first',
    ),
    ...lacking(
      truncated.map(({ table }) => table).filter(({ truncates }) => !truncates),
      'the role may not empty it',
      'GRANT TRUNCATE ON … first',
    ),
    ...lacking(
      [...triggers, ...keys].map(({ on }) => on).filter(({ owns }) => !owns),
      'only its owner turns triggers off and defers foreign keys',
      'restore with the owner of the table',
    ),
    ...lacking(
      triggers.filter(({ needsSuperuser }) => needsSuperuser).map(({ on }) => on),
      'before PostgreSQL 15 only a superuser turns the triggers of partitions off',
      'restore with a superuser',
    ),
    ...lacking(
      targets.filter(({ isUnderPolicies }) => isUnderPolicies),
      'row level security counts for the role',
      'restore with the owner of the table, or with a role that has BYPASSRLS',
      'row-security',
    ),
  ];
}

function lacking(
  objects: readonly QualifiedRelation[],
  why: string,
  solution: string,
  code: ErrorCode = 'privilege-missing',
): readonly Finding[] {
  if (objects.length === 0) return [];
  const names = [...new Set(objects.map(({ schema, name }) => `${schema}.${name}`))];
  const what = `${listed(names)}: ${why}`;
  return [{ kind: 'privilege', severity: 'blocks', code, what, solution, names }];
}

function sequences({ wanted, plan, database }: Judged): readonly Finding[] {
  const known = new Set(plan.sequences.map(({ sequence }) => `${sequence.schema}.${sequence.name}`));
  const names = wanted.sequences.map(({ schema, name }) => `${schema}.${name}`).filter((name) => !known.has(name));
  const foreign = plan.sequences.map(({ sequence }) => sequence).filter(({ owns }) => !owns);
  const what = `database '${database}' has no sequence ${listed(names)}: its value is not set`;
  return [
    ...(names.length === 0 ? [] : [{ kind: 'object', severity: 'missing', what, names } as const]),
    ...lacking(foreign, 'only its owner sets a sequence in a transaction', 'restore with the owner of the sequence'),
  ];
}

/** Partitions that were made since the backup keep their rows. */
function otherPartitions({ plan: { truncated, trees } }: Judged): readonly Finding[] {
  const emptied = new Set(truncated.flatMap(({ table }) => trees.under(table.oid)).map(({ oid }) => oid));
  const above = new Set(truncated.flatMap(({ table }) => trees.above(table.oid)));
  const left = [...above]
    .flatMap(({ oid }) => trees.under(oid))
    .filter(({ oid, kind }) => kind !== 'p' && !emptied.has(oid))
    .map(({ schema, name }) => `${schema}.${name}`);
  const names = [...new Set(left)];
  if (names.length === 0) return [];
  return [note(`partitions ${listed(names)} are not restored, and keep their rows`)];
}

function nameOf({ into }: WantedTable): string {
  return `${into.schema}.${into.name}`;
}
