import { restore, type VerifyLevel, verify } from '@postgres-backuper/core';
import type { Catalog } from '@postgres-backuper/format';
import { type Postgres, startPostgres } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forgeCatalog } from './forge.ts';
import { createPlace, makeBackup, type Place, serverOf } from './harness.ts';

const without = <T>(items: readonly T[], isGone: (item: T) => boolean): T[] => items.filter((item) => !isGone(item));
const isB = ({ table }: { readonly table: string }): boolean => table === 'b';

function renumbered({ tables }: Catalog): Partial<Catalog> {
  return {
    tables: tables.map((table) =>
      isB(table) ? { ...table, copyStatement: table.copyStatement.replace('(i)', '(j)') } : table,
    ),
  };
}

/** A catalog that leaves table b out, in one more place each time. */
function withoutB({ tables, files, dump }: Catalog): {
  tables: Partial<Catalog>;
  files: Partial<Catalog>;
  list: Partial<Catalog>;
} {
  const file = tables.find(isB)?.file;
  const one = { tables: without(tables, isB) };
  const two = { ...one, files: without(files, ({ name }) => name === file) };
  const list = without(dump.list.split('\n'), (line) => / TABLE DATA \S+ b /.test(line)).join('\n');
  return { tables: one, files: two, list: { ...two, dump: { ...dump, list } } };
}

describe('a backup whose catalog was written anew', () => {
  let postgres: Postgres;
  let place: Place;
  let label: string;
  beforeAll(async () => {
    postgres = await startPostgres({ major: 14, settings: { log_statement: 'all' } });
    place = await createPlace();
    await postgres.createDatabase('app');
    const sql = 'CREATE TABLE a AS SELECT generate_series(1, 9) AS i; CREATE TABLE b AS SELECT * FROM a';
    await postgres.psql(sql, 'app');
  });
  afterAll(async () => {
    await postgres?.stop();
    await place?.remove();
  });

  const prove = (level: VerifyLevel) =>
    verify(
      { name: 'app', target: { label }, level, drill: { where: 'given', maintenanceDatabases: ['postgres'], jobs: 1 } },
      { repository: place.repository, server: serverOf(postgres, 'postgres') },
      place.context(),
    );
  const bringBack = () =>
    restore(
      {
        ...{ name: 'app', target: { label }, into: 'copy', maintenanceDatabases: ['postgres'] },
        jobs: 1,
        owner: true,
        privileges: true,
      },
      { repository: place.repository, server: serverOf(postgres, 'postgres') },
      place.context(),
    );

  it.each<[string, (catalog: Catalog) => Partial<Catalog>, RegExp]>([
    ['without a table', (catalog) => withoutB(catalog).tables, /lacks the table|is of no table/],
    ['without a table and its file', (catalog) => withoutB(catalog).files, /lacks the table whose rows have dump id/],
    [
      'without any trace of a table',
      (catalog) => withoutB(catalog).list,
      /segment|the catalog has no rows of 'public.b'/,
    ],
    ['with a table twice', ({ tables }) => ({ tables: [...tables, ...tables.filter(isB)] }), /twice/],
    ['with a file twice', ({ files }) => ({ files: [...files, ...files.slice(0, 1)] }), /twice/],
    ['with another copy statement', renumbered, /another copy statement for 'public.b'/],
    [
      'without a file of a table',
      ({ files, tables }) => ({ files: without(files, ({ name }) => name === tables.find(isB)?.file) }),
      /has no '\d+.dat'/,
    ],
  ])('%s is found by verify and drill, and nothing is created of it', async (_, change, text) => {
    label = await makeBackup(postgres, { dbname: 'app' }, place);
    await expect(prove('content')).resolves.toMatchObject({ backups: [{ ok: true }] });
    await forgeCatalog({ name: 'app', label }, place.repository, change);
    for (const level of ['content', 'restore'] as const) {
      const error = await prove(level).catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'verification-failed' });
      const [{ damage }] = error.result.backups;
      expect(damage.map((one: { text: string }) => one.text).join('\n')).toMatch(text);
    }
    const before = postgres.log().length;
    await expect(bringBack()).rejects.toMatchObject({ code: 'catalog-invalid', message: expect.stringMatching(text) });
    expect(postgres.log().slice(before)).not.toMatch(/CREATE DATABASE/);
  });
});
