import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { identifier, literal, openSession, type Session, sql, startPsql } from '@postgres-backuper/postgres';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
    ['alone', sql`SELECT 1/0`, '22012'],
    ["with a ';' behind it", sql`SELECT 1/0;`, '22012'],
    ['before one that succeeds', sql`SELECT 1/0; SELECT 1;`, '22012'],
    ['without a message', sql`DO $$ BEGIN RAISE EXCEPTION USING message = ''; END $$;`, 'P0001'],
  ])('fails with a statement that fails %s, and goes on', async (_, statement, sqlState) => {
    await expect(session.execute(statement)).rejects.toMatchObject({ code: 'statement-failed', result: { sqlState } });
    await session.execute(sql`SELECT 1;`);
    expect(await session.query(sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
  });

  it.each([
    'a\n\\! touch FILE\n',
    "'\n\\! touch FILE\n",
    '"\n;\n\\! touch FILE\n',
    '\\! touch FILE',
    '\\o FILE',
    '`touch FILE`',
    '\n\\unrestrict `touch FILE`\n',
    '\n\\.\n\\! touch FILE\n',
    "';\nCOPY t FROM STDIN;\n\\! touch FILE\n",
    "!é\t:'HOST' $$ /* --",
  ])('takes %j for what it is, a name or a value', async (template) => {
    const file = join(tmpdir(), `s${process.pid}`);
    const text = template.replaceAll('FILE', file);
    expect(await session.query(sql`SELECT ${literal(text)} AS a, ${literal(text)} AS ${identifier(text)}`)).toEqual([
      { a: text, [text]: text },
    ]);
    await session.execute(sql`SELECT 1 AS ${identifier(text)}`);
    await expect(access(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('starts psql restricted: it refuses its own commands but for ours, whose key nobody knows', async () => {
    const file = join(tmpdir(), `psql-${process.pid}-made`);
    const programs = { psql: `${server.binDir}/psql` };
    const request = { args: ['--quiet', '--no-align', '--tuples-only'], env: {} };
    const program = await startPsql({ server: serverOf(server, 'postgres'), programs }, request, testContext());
    program.stdin.write(`\\! touch ${file}\n\\unrestrict 00\n\\o ${file}\nSELECT 1;\nSELECT 2 \\g ${file}\n;\n`);
    program.stdin.write(program.ours('\\echo ours\n'));
    program.stdin.end(`\\echo theirs\n`);
    expect(await text(program.stdout)).toBe('1\n2\nours\n');
    await expect(access(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it("tells the server's message as it is", async () => {
    const message = String.raw`it's a \ and two \\, 'quoted'`;
    const statement = sql`DO $$ BEGIN RAISE EXCEPTION USING message = ${literal(message)}; END $$`;
    await expect(session.execute(statement)).rejects.toMatchObject({ result: { message } });
  });
});
