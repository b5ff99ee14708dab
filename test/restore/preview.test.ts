import { spawn } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { runQuery } from '@postgres-backuper/postgres';
import { BACKUPER_PROGRAM, type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';
import { testContext } from '../test-context.ts';
import { serverOf } from './harness.ts';

const SHOP = `CREATE ROLE preview_owner; CREATE TABLE orders (id int, note text); ALTER TABLE orders OWNER TO preview_owner;
  INSERT INTO orders VALUES (1, 'a,b'), (7, NULL); CREATE TABLE other AS SELECT 1 AS n`;

describe.each(testMajors())('restore --preview of a backup of PostgreSQL %i', (major) => {
  let postgres: Postgres;
  let folder: string;
  let env: Readonly<Record<string, string>>;
  beforeAll(async () => {
    [postgres, folder] = await Promise.all([startPostgres({ major }), mkdtemp(join(tmpdir(), 'pgb-preview-'))]);
    await chmod(folder, 0o711); // the throw-away server runs as another user
    await postgres.createDatabase('shop');
    await postgres.psql(SHOP, 'shop');
    env = {
      ...{ ...postgres.env, PGDATABASE: 'shop', BACKUP_PG_BIN_DIR: postgres.binDir, TMPDIR: folder },
      ...{ BACKUP_ENCRYPTION: 'none', BACKUP_REPOSITORY: join(folder, 'repository'), BACKUP_NAME: 'shop' },
    };
    expect(await runCli(['backup'], env)).toMatchObject({ status: 0 });
  });
  afterAll(async () => {
    await postgres?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const preview = (...words: string[]) => runCli(['restore', 'latest', '--preview', ...words], env);
  const query = (...queries: string[]) => preview(...queries.map((one) => `--query=${one}`));
  /** By the folder that their processes name. */
  const servers = async () => {
    const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const lines = await Promise.all(processes.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
    return lines.filter((line) => line.includes(folder) && line.includes('pgbackuper-drill-'));
  };
  const left = async () => [...(await servers()), ...(await readdir(folder)).filter((name) => name !== 'repository')];

  it('writes the rows of each query as CSV and nothing else, and leaves nothing', async () => {
    const owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'orders'";
    const { status, stdout, stderr } = await query('SELECT * FROM orders ORDER BY id', `${owner}; SELECT 1 AS "é"`);
    expect(stderr).toContain('2 tables restored');
    expect(stdout).toBe('id,note\n1,"a,b"\n7,\ntableowner\npreview_owner\né\n1\n');
    expect(status).toBe(0);
    expect(await left()).toEqual([]);
  });

  it('restores the selected table alone', async () => {
    const { stdout } = await preview(
      '--table=public.other',
      "--query=SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    );
    expect(stdout).toBe('relname\nother\n');
  });

  it('ends with 1 after the first error, also of a query before the last, and leaves nothing', async () => {
    const { status, stdout, stderr } = await query('SELECT 1 AS first', 'SELECT * FROM nowhere', 'SELECT 2 AS second');
    expect(stderr).toContain('relation "nowhere" does not exist');
    expect([status, stdout]).toEqual([1, 'first\n1\n']);
    expect(await left()).toEqual([]);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGKILL', null],
  ] as const)(
    'leaves no server after %s, and no folder, which after a kill the next run removes',
    async (signal, exit) => {
      const words = ['restore', 'latest', '--preview', '--query=COPY (SELECT 1) TO STDOUT; SELECT pg_sleep(60)'];
      const { status } = await runCli(words, env, (child) => {
        child.stdout?.once('data', () => child.kill(signal));
      });
      expect(status).toBe(exit);
      await expect.poll(servers).toEqual([]);
      if (signal === 'SIGKILL') await runCli(['list'], env);
      expect(await left()).toEqual([]);
    },
  );

  it('has a prompt on a terminal, to which Ctrl-C belongs, and ends with the status of psql', async () => {
    const words = ['exec', process.execPath, BACKUPER_PROGRAM, 'restore', 'latest', '--preview'];
    // a terminal without lines would page every answer
    const child = spawn('script', ['--quiet', '--return', '--command', words.join(' '), '/dev/null'], {
      env: { ...env, PATH: '/usr/bin:/bin', TERM: 'dumb', PSQL_PAGER: 'cat' },
    });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const { seen } = watchText(child.stdout);
    try {
      await seen(/shop=# /);
      child.stdin.write('SELECT pg_sleep(60);\n');
      await seen(/pg_sleep/);
      const interrupt = setInterval(() => child.stdin.write('\x03'), 500); // the statement may not have begun
      await seen(/canceling statement due to user request/).finally(() => clearInterval(interrupt));
      child.stdin.write("SELECT 'rows ' || count(*) FROM orders;\n");
      await seen(/rows 2/);
      child.stdin.write('\\q\n');
      expect(await ended).toBe(0);
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
    expect(await left()).toEqual([]);
  });
});

/** How long a text may take to come, milliseconds. */
const PATIENCE_MS = 60_000;

/** Waits until the stream has shown a text; else throws with what it has shown. */
function watchText(stream: Readable) {
  let text = '';
  stream.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  const seen = async (what: RegExp): Promise<void> => {
    for (let waitedMs = 0; !what.test(text); waitedMs += 50) {
      if (waitedMs > PATIENCE_MS || stream.destroyed) throw new Error(`no ${what} in ${JSON.stringify(text)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return { seen };
}

describe('runQuery', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres({ major: 18 });
  });
  afterAll(() => postgres?.stop());

  const run = async (query: string, write: (bytes: Uint8Array) => Promise<boolean>) => {
    const client = { server: serverOf(postgres, 'postgres'), programs: { psql: `${postgres.binDir}/psql` } };
    return runQuery(client, { query, encoding: 'UTF8', write }, testContext());
  };

  it.each([
    ['SELECT * FROM nowhere', /the server said 'relation "nowhere" does not exist' \(SQLSTATE 42P01\)/],
    ["SELECT 'open", /the server said 'unterminated quoted string/],
    ['\\! touch x', /a query holds a command of psql/],
  ])('refuses %s with its reason', async (wrong, text) => {
    const rows: string[] = [];
    const write = async (bytes: Uint8Array) => rows.push(String(bytes)) > 0;
    await expect(run(`SELECT 1 AS first; ${wrong}`, write)).rejects.toThrow(text);
    expect(rows.join('')).toBe('first\n1\n');
  });

  it('ends when its reader has enough', async () => {
    let written = 0;
    await run('SELECT generate_series(1, 1000000000) AS n', async () => ++written < 3);
    expect(written).toBe(3);
  });
});

describe('restore --preview refuses', () => {
  const refused = (...words: string[]) =>
    runCli(['restore', 'latest', ...words], { BACKUP_ENCRYPTION: 'none', BACKUP_REPOSITORY: '/nonexistent' });

  it.each([
    [['--preview'], 'a prompt needs a terminal give SQL with --query'],
    [['--preview', '--into=x', '--strict'], '--into, --strict: not possible with --preview'],
    [['--preview', '--query=SELECT 1', '--into-empty=x'], '--into-empty: not possible with --preview'],
    [['--preview', '--query=SELECT 1', '--replace=x', '--disconnect'], '--replace, --disconnect: not possible'],
    [['--query=SELECT 1'], '--query is for --preview'],
  ])('%j', async (words, text) => {
    const { status, stdout, stderr } = await refused(...words);
    expect(stderr.replaceAll(/[\s→]+/g, ' ')).toContain(text);
    expect([status, stdout]).toEqual([2, '']);
  });
});
