import type { Random } from '../../faults/form.ts';

/** What a history knows of its database: names of tables that are there. */
export interface Tables {
  /** Of rows `(id, note)` and what was added later. */
  rows: string[];
  /** Of rows `(id, body)`: bytes without a line end, larger than a chunk. */
  blobs: string[];
  /** Partitioned tables, with the number of their partitions. */
  parts: { readonly name: string; partitions: number }[];
  /** Large objects, from 50001 on. */
  largeObjects: number;
  /** Counts names and values: no two are the same. */
  made: number;
}

interface Change {
  readonly what: string;
  readonly sql: string;
}

export function noTables(): Tables {
  return { rows: [], blobs: [], parts: [], largeObjects: 0, made: 0 };
}

/** A random change of the database. */
export function nextChange(tables: Tables, random: Random): Change {
  tables.made += 1;
  const what = random.pick(Object.keys(CHANGES));
  return { what, sql: CHANGES[what]?.(tables, random) ?? '' };
}

type Maker = (tables: Tables, random: Random) => string;

/** Makes SQL for one of the tables of rows; the first time makes such a table. */
function onRows(make: (table: string, random: Random, tables: Tables) => string): Maker {
  return (tables, random) =>
    tables.rows.length === 0 ? createRows(tables, random) : make(random.pick(tables.rows), random, tables);
}

const createRows: Maker = (tables, random) => {
  const name = `rows_${tables.made}`;
  tables.rows.push(name);
  return `CREATE TABLE ${name} (id bigint, note text);
    CREATE INDEX ${name}_note ON ${name} (note); ${insertRows(name, random, tables)}`;
};

const createParts: Maker = (tables) => {
  const name = `parts_${tables.made}`;
  tables.parts.push({ name, partitions: 0 });
  return `CREATE TABLE ${name} (id bigint, note text) PARTITION BY RANGE (id)`;
};

function insertRows(table: string, random: Random, { made }: Tables): string {
  const count = random.pick([1, 50, 2000, 6000]);
  return `INSERT INTO ${table} (id, note) SELECT g, md5(g || '-${made}') FROM generate_series(1, ${count}) g;`;
}

function addBlob(table: string, random: Random): string {
  const seed = random.below(1e9);
  const body = random.pick([
    `decode((SELECT string_agg(md5('${seed}' || g), '') FROM generate_series(1, ${random.pick([10, 4000, 20_000])}) g), 'hex')`,
    `decode(repeat('00', ${random.pick([1, 70_000, 300_000])}), 'hex')`,
  ]);
  return `INSERT INTO ${table} VALUES (${seed}, ${body});`;
}

const CHANGES: Readonly<Record<string, Maker>> = {
  'new table': createRows,
  'new table of blobs': (tables, random) => {
    const name = `blobs_${tables.made}`;
    tables.blobs.push(name);
    return `CREATE TABLE ${name} (id bigint, body bytea); ${addBlob(name, random)} ${addBlob(name, random)}`;
  },
  'empty table': (tables) => {
    tables.rows.push(`empty_${tables.made}`);
    return `CREATE TABLE empty_${tables.made} (id bigint, note text)`;
  },
  insert: onRows(insertRows),
  append: onRows(insertRows),
  update: onRows((table, random) => {
    const every = random.pick([1, 7, 500]);
    return `UPDATE ${table} SET note = md5(note || '${random.below(1e6)}') WHERE id % ${every} = ${random.below(every)}`;
  }),
  delete: onRows((table, random) => {
    const from = random.below(3000);
    return `DELETE FROM ${table} WHERE id BETWEEN ${from} AND ${from + random.pick([1, 200, 5000])}`;
  }),
  cluster: onRows((table) => {
    const index = `${table}_order`;
    return `DROP INDEX IF EXISTS ${index}; CREATE INDEX ${index} ON ${table} (note); CLUSTER ${table} USING ${index}`;
  }),
  'vacuum full': onRows((table) => `VACUUM FULL ${table}`),
  'add column': onRows(
    (table, random, { made }) => `ALTER TABLE ${table} ADD COLUMN c${made} int DEFAULT ${random.below(9)}`,
  ),
  truncate: onRows((table) => `TRUNCATE ${table}`),
  drop: onRows((table, _random, tables) => {
    tables.rows = tables.rows.filter((name) => name !== table);
    return `DROP TABLE ${table}`;
  }),
  rename: onRows((table, _random, tables) => {
    const name = `renamed_${tables.made}`;
    tables.rows = tables.rows.map((one) => (one === table ? name : one));
    return `ALTER TABLE ${table} RENAME TO ${name}`;
  }),
  'more blobs': (tables, random) => {
    const [table] = tables.blobs;
    return table === undefined ? '' : addBlob(table, random);
  },
  'attach partition': (tables, random) => {
    if (tables.parts.length === 0) return createParts(tables, random);
    const parts = random.pick(tables.parts);
    const [from, partition] = [parts.partitions * 10_000, `${parts.name}_${parts.partitions}`];
    parts.partitions += 1;
    const count = random.pick([0, 10, 4000]);
    return `CREATE TABLE ${partition} (id bigint, note text);
      INSERT INTO ${partition} SELECT ${from} + g, md5(g || '-${tables.made}') FROM generate_series(0, ${count} - 1) g;
      ALTER TABLE ${parts.name} ATTACH PARTITION ${partition} FOR VALUES FROM (${from}) TO (${from + 10_000})`;
  },
  'new large object': (tables, random) => {
    tables.largeObjects += 1;
    const bytes = random.pick([0, 10, 5000, 20_000]);
    const text = `(SELECT coalesce(string_agg(md5('${tables.made}' || g), ''), '') FROM generate_series(1, ${bytes}) g)`;
    return `SELECT lo_from_bytea(${50_000 + tables.largeObjects}, decode(${text}, 'hex'))`;
  },
  'write into a large object': ({ largeObjects, made }, random) =>
    largeObjects === 0 ? '' : `SELECT lo_put(50001, ${random.below(200_000)}, decode(md5('${made}'), 'hex'))`,
};
