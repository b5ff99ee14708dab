import { chmod, cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  accessibilityProblems,
  isMissing,
  type Postgres,
  startBrowser,
  startPostgres,
  testMajors,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli } from '../cli/run-cli.ts';

let server: Postgres;
let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  server = await startPostgres({ major: testMajors().at(-1) ?? 18 });
  folder = await mkdtemp(join(tmpdir(), 'anomaly-'));
  await server.createDatabase('shop');
  await server.psql("CREATE TABLE t AS SELECT g, repeat('x', 200) FROM generate_series(1, 20000) g", 'shop');
  const repository = { BACKUP_REPOSITORY: join(folder, 'repository'), BACKUP_ENCRYPTION: 'none', HOME: folder };
  env = { ...server.env, PGDATABASE: 'shop', ...repository, PG_BIN_DIR: server.binDir };
  for (let day = 0; day < 3; day += 1) expect((await runCli(['backup', '--json'], env)).status).toBe(0);
  await keep('begun');
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Keeps the repository as it is, for a test that begins with that at each try. */
const keep = (name: string) => copyFolder('repository', name);
const beginWith = (name: string) => copyFolder(name, 'repository');

async function copyFolder(from: string, to: string): Promise<void> {
  await rm(join(folder, to), { recursive: true, force: true });
  await cp(join(folder, from), join(folder, to), { recursive: true, preserveTimestamps: true });
}

it('a backup of half the rows is stored, ends with 3 where that is asked for, and is a warning elsewhere', async () => {
  await beginWith('begun');
  await server.psql('DELETE FROM t WHERE g > 5000', 'shop');
  const failed = await runCli(['backup', '--fail-on-anomaly', '--json'], env);
  expect(failed.status).toBe(3);
  const { result, error } = JSON.parse(failed.stdout);
  expect(result.backups[0].anomalies.map(({ kind }: { kind: string }) => kind)).toEqual(['smaller', 'fewer-rows']);
  expect(error).toMatchObject({
    code: 'anomaly-found',
    message: expect.stringContaining('only 5,000 rows, usually 20,000'),
  });
  const warned = await runCli(['backup'], env);
  expect(warned.status).toBe(0);
  expect(warned.stderr).toContain("'shop' differs from its last backups: only 5,000 rows, usually 20,000");
  expect(warned.stdout).toContain('unusual: only 5,000 rows');
  const listed = JSON.parse((await runCli(['list', '--json'], env)).stdout).result.repositories[0].backups;
  expect(listed.map(({ label }: { label: string }) => label)).toContain(result.backups[0].label);
  expect(listed).toHaveLength(5);
  await keep('halved');
});

it('the page has the largest tables and what became of them, where the catalogs can be read', async () => {
  await beginWith('halved');
  const page = join(folder, 'report.html');
  await server.psql('CREATE TABLE IF NOT EXISTS few AS SELECT 1 AS x; DELETE FROM t', 'shop');
  expect((await runCli(['backup'], env)).status).toBe(0);
  const { stdout, stderr } = await runCli(['report', '--output', page], env);
  expect(stderr).not.toContain('not on the page');
  expect(stdout).toMatch(/the table 'public\.t' is empty, usually [\d,]+ rows/);
  const text = await readFile(page, 'utf8');
  expect(text).toContain('2 tables: the largest and their change');
  expect(text).toMatch(/<td>public\.t<td>0<td>5,000<td>−5,000<td>/);
  expect(text).toMatch(/<td>public\.few<td>1<td>new<td>\+1<td>/);
});

it.skipIf(isMissing('chromium'))('the largest tables have no problem of accessibility', async () => {
  const browser = await startBrowser();
  try {
    await browser.open(
      join(folder, 'report.html'),
      { colours: 'dark', width: 360, height: 740 },
      async (shown, complaints) => {
        await shown.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');
        expect(await shown.getByRole('table', { name: 'Largest tables of shop' }).isVisible()).toBe(true);
        expect(await accessibilityProblems(shown)).toEqual([]);
        expect(await shown.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
        expect(complaints).toEqual([]);
      },
    );
  } finally {
    await browser.close();
  }
});

it('a limit that is off is silent', async () => {
  const quiet = await runCli(['backup', '--fail-on-anomaly', '--anomaly-shrink', '0'], env);
  expect(quiet.status, quiet.stderr).toBe(0);
});

it('with a history file a table that is emptied or gone is unusual, without any key', async () => {
  await server.createDatabase('sold');
  const tables = ['orders', 'users', 'rest'].map(
    (table) => `CREATE TABLE ${table} AS SELECT generate_series(1, 3000) g`,
  );
  await server.psql(tables.join('; '), 'sold');
  const own = await mkdtemp(join(folder, 'sold-'));
  const file = join(own, 'history.json');
  const sold = { ...env, PGDATABASE: 'sold', BACKUP_HISTORY_FILE: file, BACKUP_REPOSITORY: join(own, 'repository') };
  const run = async (words: readonly string[] = []) => {
    const end = await runCli(['backup', '--json', ...words], sold);
    return { ...end, json: JSON.parse(end.stdout) };
  };
  for (let day = 0; day < 3; day += 1)
    expect(await run()).toMatchObject({ status: 0, stderr: expect.not.stringMatching(/history/) });
  await chmod(file, 0o644);
  await server.psql('DELETE FROM orders; DROP TABLE users', 'sold');
  const found = await run(['--fail-on-anomaly', '--anomaly-unchanged', '0']);
  expect(found.status).toBe(3);
  const texts = found.json.result.backups[0].anomalies.map(({ text }: { text: string }) => text);
  expect(texts).toContain("the table 'public.orders' is empty, usually 3,000 rows");
  expect(texts).toContain("the table 'public.users' is gone, usually 3,000 rows");
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await writeFile(file, (await readFile(file, 'utf8')).slice(0, 500));
  const damaged = await run();
  expect(damaged.status).toBe(0);
  expect(damaged.stderr).toMatch(/history\.json' of .* is damaged, or holds something else/);
  expect(await readFile(file, 'utf8')).toHaveLength(500);
});
