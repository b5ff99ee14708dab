import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSession, type Session } from '../../packages/core/src/postgres/psql.ts';
import { serverOf } from '../restore/harness.ts';
import { testContext } from '../test-context.ts';

describe.each(testMajors())('a session with PostgreSQL %i', (major) => {
  let server: Postgres;
  let session: Session;
  beforeAll(async () => {
    server = await startPostgres({ major });
  });
  afterAll(() => server?.stop());
  beforeEach(async () => {
    session = await openSession(
      { server: serverOf(server, 'postgres'), programs: { psql: `${server.binDir}/psql` } },
      testContext(),
    );
  });
  afterEach(() => session?.close());

  it.each([
    ['alone', 'SELECT 1/0', '22012'],
    ["with a ';' behind it", 'SELECT 1/0;', '22012'],
    ["with a comment behind its ';'", 'SELECT 1/0; -- by nothing', '22012'],
    ['before one that succeeds', 'SELECT 1/0; SELECT 1;', '22012'],
    ['without a message', "DO $$ BEGIN RAISE EXCEPTION USING message = ''; END $$;", 'P0001'],
  ])('fails with a statement that fails %s, and goes on', async (_, sql, sqlState) => {
    await expect(session.execute(sql)).rejects.toMatchObject({ code: 'statement-failed', result: { sqlState } });
    await session.execute('SELECT 1;');
    expect(await session.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it("tells the server's message as it is", async () => {
    const message = String.raw`it's a \ and two \\, 'quoted'`;
    const sql = `DO $$ BEGIN RAISE EXCEPTION USING message = '${message.replaceAll("'", "''")}'; END $$`;
    await expect(session.execute(sql)).rejects.toMatchObject({ result: { message } });
  });
});
