import { type Postgres, snapshotOf } from '@postgres-backuper/testing';

/** What a restore must bring back, independent of the versions of server and programs. */
export type Contents = DatabaseContents | { readonly facts: string; readonly answer: string };

interface DatabaseContents {
  /** By quoted name: `<rows> rows, <sha256>`. */
  readonly tables: Readonly<Record<string, string>>;
  readonly sequences: Readonly<Record<string, string>>;
  readonly largeObjects: Readonly<Record<string, string>>;
  readonly database: unknown;
}

/**
 * Reads a database as superuser, or asks it `facts`. Definitions are left out: each version of pg_dump writes them in
 * another way.
 */
export async function contentsOf(server: Postgres, dbname: string, facts?: string): Promise<Contents> {
  if (facts !== undefined) return { facts, answer: await server.psql(facts, dbname) };
  const { tables, sequences, largeObjects, database } = await snapshotOf(server, dbname);
  return { tables, sequences, largeObjects, database };
}
