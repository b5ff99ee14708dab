/** A table of the benchmark's database: how it is made, and which share of the whole it is. */
export interface BenchTable {
  readonly name: string;
  readonly columns: string;
  /** A row as a SELECT list over `g` (bigint, from 1); `t` and `u` are sentences of bench_text. */
  readonly row: string;
  /** Rows for each megabyte of the whole database, of COPY text. */
  readonly rowsPerMb: number;
  /** Statements after the data: keys and indexes. */
  readonly finish: string;
}

/** Deterministic: every value is computed from the row's number, so the sessions that fill a table do not matter. */
const number = (salt: string, below: number | string): string => `(abs(hashint8(g + ${salt})::bigint) % (${below}))`;

/**
 * About half of the bytes lie in one giant table. Shares of COPY text: events 53 %, orders 22 %, blobs 12 %,
 * metrics 12 %, customers 1 %; zstd level 1 makes about a quarter of it.
 */
export const BENCH_TABLES: readonly BenchTable[] = [
  {
    name: 'events',
    columns: 'id bigint NOT NULL, at timestamptz NOT NULL, kind text NOT NULL, payload jsonb NOT NULL, note text',
    row: `g, timestamptz '2024-01-01 00:00:00Z' + g * interval '7.3 s', 'kind ' || g % 11,
  jsonb_build_object('path', '/shop/' || ${number('1', 997)}, 'ms', ${number('2', 900)},
    'agent', 'Mozilla/5.0 (X11; Linux x86_64) Chrome/' || 90 + g % 40 || '.0',
    'trace', left(md5(g::text), 16), 'address', '10.' || g % 200 || '.' || ${number('3', 255)} || '.' || ${number('4', 255)},
    'query', t.text), CASE WHEN g % 3 > 0 THEN u.text END`,
    rowsPerMb: 1480,
    finish: 'ALTER TABLE events ADD PRIMARY KEY (id); CREATE INDEX ON events (at);',
  },
  {
    name: 'orders',
    columns:
      'id bigint NOT NULL, customer_id bigint NOT NULL, product_id int NOT NULL, quantity smallint NOT NULL, price numeric(10,2) NOT NULL, ordered_on date NOT NULL, state "char" NOT NULL',
    row: `g, 1 + ${number('5', 'greatest($rows / 40, 1)')}, 1 + ${number('6', 50_000)}, 1 + ${number('7', 9)},
  ${number('8', 90_000)} / 100.0, date '2020-01-01' + (${number('9', 2000)})::int, 'o'`,
    rowsPerMb: 5700,
    finish: 'ALTER TABLE orders ADD PRIMARY KEY (id); CREATE INDEX ON orders (customer_id);',
  },
  {
    name: 'blobs',
    columns: 'id bigint NOT NULL, content bytea NOT NULL',
    row: `g, decode(repeat(md5(g::text || 'a') || md5(g::text || 'b'), 3) || md5(g::text || 'c') || md5(g::text || 'd')
  || repeat('00', 200) || md5(g::text || 'e') || md5(g::text || 'f'), 'hex')`,
    rowsPerMb: 150,
    finish: 'ALTER TABLE blobs ADD PRIMARY KEY (id);',
  },
  {
    name: 'metrics',
    columns: 'at timestamptz NOT NULL, sensor int NOT NULL, reading numeric NOT NULL, level float8',
    row: `timestamptz '2023-01-01 00:00:00Z' + g / 100 * interval '10 s', (g % 100)::int,
  round((20 + 5 * sin(g / 5000.0))::numeric, 2) + ${number('10', 100)} / 100.0, CASE WHEN g % 10 > 0 THEN ${number('11', 4096)} / 8.0 END`,
    rowsPerMb: 2950,
    finish: 'CREATE INDEX ON metrics (sensor, at);',
  },
  {
    name: 'customers',
    columns:
      'id bigint NOT NULL, code uuid NOT NULL, name text NOT NULL, email text NOT NULL, born date, profile jsonb',
    row: `g, md5(g::text || 'customer')::uuid, initcap(left(t.text, 18)), 'customer' || g || '@example.com',
  date '1950-01-01' + (${number('12', 20_000)})::int, jsonb_build_object('city', 'City ' || g % 300, 'points', ${number('13', 10_000)})`,
    rowsPerMb: 75,
    finish: 'ALTER TABLE customers ADD PRIMARY KEY (id); CREATE INDEX ON customers (lower(name));',
  },
];

/** Many small tables, as every grown schema has; ten in a database of a few megabytes. */
export function smallTablesSql(megabytes: number): string {
  const count = megabytes < 10 ? 10 : 100;
  return `
DO $$ BEGIN FOR n IN 1..${count} LOOP
  EXECUTE format('CREATE TABLE small_%s (id int PRIMARY KEY, name text NOT NULL, made_on date)', n);
  EXECUTE format('INSERT INTO small_%s SELECT g, ''name '' || g * %s, date ''2024-01-01'' + g FROM generate_series(1, 40) g', n, n);
END LOOP; END $$;`;
}
