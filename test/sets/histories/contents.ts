import { createHash } from 'node:crypto';
import type { Postgres } from '@postgres-backuper/testing';

/** SHA-256 of what COPY writes, by table; of large objects as a table of theirs. */
export type Contents = Readonly<Record<string, string>>;

const MARK = '-- the next table follows';

const NAMES = `SELECT coalesce(json_agg(format('%I.%I', nspname, relname) ORDER BY nspname, relname), '[]')
  FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
  WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema')`;
const LARGE_OBJECTS = 'SELECT oid, md5(lo_get(oid)) FROM pg_largeobject_metadata ORDER BY oid';

/** Asked with COPY itself, in the order of the rows on disk: what a restore must bring back to the byte. */
export async function contentsOf(server: Postgres, dbname: string): Promise<Contents> {
  const names = JSON.parse(await server.psql(NAMES, dbname)) as string[];
  const asked = [
    ...names.map((name) => [name, `COPY ${name} TO STDOUT`]),
    ['large objects', `COPY (${LARGE_OBJECTS}) TO STDOUT`],
  ];
  const said = await server.psql(asked.map(([, copy]) => `\\echo ${MARK}\n${copy};`).join('\n'), dbname);
  const texts = `${said}\n`.split(`${MARK}\n`).slice(1);
  return Object.fromEntries(asked.map(([name, _], index) => [name, sha256(texts[index] ?? 'not read')]));
}

function sha256(text: string): string {
  return createHash('sha256').update(text.trimEnd()).digest('hex');
}
