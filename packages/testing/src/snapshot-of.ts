import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Postgres } from './postgres.ts';
import { run } from './run.ts';
import { DATABASE_SQL, LARGE_OBJECTS_SQL, SEQUENCES_SQL, SESSION_SQL, TABLES_SQL } from './snapshot-sql.ts';

/** Everything that a restore must bring back of a database, in a form that `toEqual` compares and shows. */
export interface DatabaseSnapshot {
  /** By quoted name: `<rows> rows, <sha256>`, where the hash covers the multiset of rows, columns in order of their names. */
  readonly tables: Readonly<Record<string, string>>;
  /** By quoted name: last value and whether it was called. */
  readonly sequences: Readonly<Record<string, string>>;
  /** By OID: owner, grants, comment, size and hash. */
  readonly largeObjects: Readonly<Record<string, string>>;
  /** Encoding, locale, owner, settings, grants, comment, connection limit. */
  readonly database: unknown;
  /** Lines of `pg_dump --schema-only`, sorted: definitions, owners, grants, comments of everything. */
  readonly schema: readonly string[];
}

/** Reads a database as superuser with psql and pg_dump of the server's own version. */
export async function snapshotOf(server: Postgres, dbname: string): Promise<DatabaseSnapshot> {
  const json = async <Value>(sql: string) => JSON.parse(await server.psql(SESSION_SQL + sql, dbname)) as Value;
  const [tables, sequences, largeObjects, database, schema] = await Promise.all([
    json<Table[]>(TABLES_SQL).then((found) => hashTables(server, dbname, found)),
    json<Record<string, string>>(SEQUENCES_SQL),
    json<Record<string, string>>(LARGE_OBJECTS_SQL),
    json<unknown>(DATABASE_SQL),
    schemaLines(server, dbname),
  ]);
  return { tables, sequences, largeObjects, database, schema };
}

interface Table {
  readonly name: string;
  readonly columns: string;
}

/** One psql reads all tables; a line of random text precedes each. */
async function hashTables(server: Postgres, dbname: string, tables: readonly Table[]): Promise<Record<string, string>> {
  const marker = randomBytes(16).toString('hex');
  const copies = tables.map(
    ({ name, columns }) => `\\echo ${marker}\nCOPY (SELECT ${columns} FROM ${name}) TO STDOUT;\n`,
  );
  const rows = createRowHasher(marker);
  const args = ['--no-psqlrc', '--quiet', '--no-password', '--set=ON_ERROR_STOP=1'];
  const env = { ...server.env, PGDATABASE: dbname };
  const psql = spawn(join(server.binDir, 'psql'), args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let stderr = '';
  psql.stderr.on('data', (text: Buffer) => {
    stderr += String(text);
  });
  psql.stdin.on('error', () => undefined);
  psql.stdin.end(SESSION_SQL + copies.join(''));
  const ended = new Promise<number | null>((resolve) => psql.once('close', resolve));
  for await (const chunk of psql.stdout) rows.add(chunk as Buffer);
  if ((await ended) !== 0) throw new Error(`tables of ${dbname} cannot be read: ${stderr}`);
  const hashes = rows.end();
  return Object.fromEntries(tables.map(({ name }, index) => [name.replace('ONLY ', ''), hashes[index] ?? 'not read']));
}

/** Order-independent: the sorted hashes of all rows are hashed. */
function createRowHasher(marker: string) {
  const done: string[] = [];
  let digests: string[] | undefined;
  let partial = Buffer.alloc(0);
  const finishTable = () => {
    if (digests === undefined) return;
    const hash = createHash('sha256').update(digests.sort().join('\n')).digest('hex');
    done.push(`${digests.length} rows, ${hash}`);
  };
  const addRow = (row: Buffer) => {
    if (row.length === marker.length && row.equals(Buffer.from(marker))) {
      finishTable();
      digests = [];
    } else digests?.push(createHash('sha256').update(row).digest('base64'));
  };
  return {
    add: (chunk: Buffer) => {
      let rest = partial.length === 0 ? chunk : Buffer.concat([partial, chunk]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        addRow(rest.subarray(0, end));
        rest = rest.subarray(end + 1);
      }
      partial = Buffer.from(rest);
    },
    end: () => {
      finishTable();
      return done;
    },
  };
}

async function schemaLines(server: Postgres, dbname: string): Promise<string[]> {
  const env = { ...server.env, PGDATABASE: dbname };
  const text = await run(join(server.binDir, 'pg_dump'), ['--schema-only', '--encoding=UTF8', '--no-password'], {
    env,
  });
  const isNoise = /^(\\(un)?restrict |--|$)/;
  return text
    .split('\n')
    .filter((line) => !isNoise.test(line))
    .map((line) => line.replace(/,$/, '')) // children of inheritance come back with another order of columns
    .sort();
}
