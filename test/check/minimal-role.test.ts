import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Postgres, run, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { item, look, problems } from './harness.ts';

const PAGE = join(import.meta.dirname, '../../docs/minimal-role.md');

const DATABASE = `
CREATE TABLE orders (id serial PRIMARY KEY, note text); INSERT INTO orders (note) VALUES ('one'), ('two');
ALTER TABLE orders ENABLE ROW LEVEL SECURITY; ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY nobody ON orders USING (false);
CREATE MATERIALIZED VIEW numbers AS SELECT 1 AS one; SELECT lo_from_bytea(4711, 'large');`;
const OTHER_SCHEMA = `
DROP SCHEMA IF EXISTS other CASCADE; CREATE SCHEMA other; CREATE TABLE other.items (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE other.items_1 PARTITION OF other.items FOR VALUES FROM (0) TO (10); CREATE SEQUENCE other.counter;`;

describe.each(testMajors())('docs/minimal-role.md on PostgreSQL %i', (major) => {
  let server: Postgres;
  let blocks: readonly string[];
  const as = (role: string) => ({ ...server.env, PGUSER: role, PGPASSWORD: 'choose one', PGDATABASE: 'app' });
  const looking = (role: string) => look({ env: as(role), binDirs: [server.binDir] });
  const dump = (role: string) => run(join(server.binDir, 'pg_dump'), ['--no-password'], { env: as(role) });
  beforeAll(async () => {
    const page = await readFile(PAGE, 'utf8');
    blocks = [...page.matchAll(/^```sql\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
    server = await startPostgres({ major });
    await server.createDatabase('app');
    await server.psql(DATABASE, 'app');
  });
  afterAll(() => server.stop());

  test('the first role needs the block for large objects, and nothing more', async () => {
    const [role = '', largeObjects = ''] = blocks;
    await server.psql(OTHER_SCHEMA, 'app');
    await server.psql(role, 'app');
    await server.psql("ALTER ROLE backup PASSWORD 'choose one'");
    expect(problems(await looking('backup')).map(({ what }) => what)).toEqual(['large objects']);
    await server.psql(largeObjects, 'app');
    const result = await looking('backup');
    expect(problems(result)).toEqual([]);
    expect(item(result, 'globals')?.state).toBe('ok');
  });

  test('its dump is whole', async () => {
    const text = await dump('backup');
    expect(text).toContain('1\tone\n2\ttwo\n');
    expect(text).toContain('lo_open');
  });

  if (major >= 18) {
    test('the default for large objects made later holds', async () => {
      const [statement = ''] =
        /ALTER DEFAULT PRIVILEGES FOR ROLE app_owner[^`]*/.exec(await readFile(PAGE, 'utf8')) ?? [];
      await server.psql('SELECT lo_unlink(oid) FROM pg_largeobject_metadata WHERE oid = 4712', 'app'); // of a first try
      await server.psql('CREATE ROLE app_owner', 'app');
      await server.psql(statement, 'app');
      await server.psql('SET ROLE app_owner; SELECT lo_create(4712)', 'app');
      expect(item(await looking('backup'), 'large objects')?.state).toBe('ok');
      await server.psql('SELECT lo_unlink(4712)', 'app');
    });
  }

  test('it cannot write', async () => {
    const args = ['-Xqc', "INSERT INTO orders (note) VALUES ('three')"];
    await expect(run(join(server.binDir, 'psql'), args, { env: as('backup') })).rejects.toThrow('permission denied');
  });

  test('the role without password hashes backs up its schema, with a warning', async () => {
    await server.psql('DROP SCHEMA IF EXISTS other CASCADE; DROP TABLE IF EXISTS later', 'app');
    await server.psql(blocks[2] ?? '', 'app');
    await server.psql((blocks[1] ?? '').replaceAll("'backup'", "'backup_without_hashes'"), 'app');
    const result = await looking('backup_without_hashes');
    expect(problems(result)).toEqual([]);
    expect(item(result, 'globals')).toMatchObject({
      state: 'warning',
      text: expect.stringContaining('without passwords'),
    });
    await server.psql('CREATE TABLE later ()', 'app');
    expect(await dump('backup_without_hashes')).toContain('CREATE TABLE public.later');
  });
});
