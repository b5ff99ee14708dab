import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres, testMajors } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

describe('--all-databases', () => {
  let server: Postgres;
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    server = await startPostgres({ major: testMajors().at(-1)! });
    folder = await mkdtemp(join(tmpdir(), 'all-databases-'));
    await server.createDatabase('patterns', 'IS_TEMPLATE true');
    await server.psql('CREATE TABLE t AS SELECT g FROM generate_series(1, 1000) g', 'patterns');
    await server.createDatabase('locked "away"', 'ALLOW_CONNECTIONS false');
    const { PGDATABASE: _, ...connection } = server.env;
    const repository = { BACKUP_REPOSITORY: join(folder, 'repository'), BACKUP_ENCRYPTION: 'none' };
    env = { ...connection, ...repository, PG_BIN_DIR: server.binDir };
  });
  afterAll(async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('backs up templates, names a database that allows no connections, and ends with 4', async () => {
    const { status, stdout, stderr } = await runCli(['backup', '--all-databases', '--json'], env);
    expect(status).toBe(4);
    expect(stderr).toContain(`'locked "away"' allows no connections`);
    const { result } = JSON.parse(stdout);
    expect(result.backups.map(({ name }: { name: string }) => name)).toEqual(['patterns', 'postgres']);
    expect(result.backups[0].totals.rows).toBe(1000);
    expect(result.failures).toEqual([
      { database: 'locked "away"', error: expect.objectContaining({ code: 'database-closed' }) },
    ]);
    const restored = await runCli(['restore', 'latest', '--dbname', 'patterns', '--into', 'again'], env);
    expect(restored.status, restored.stderr).toBe(0);
    expect(await server.psql('SELECT count(*) FROM t', 'again')).toBe('1000');
    expect(await server.psql("SELECT datistemplate FROM pg_database WHERE datname = 'again'")).toBe('t');
    await server.psql('ALTER DATABASE again IS_TEMPLATE false; DROP DATABASE again');
  });

  it('is judged by check in the same way', async () => {
    const { status, stdout } = await runCli(['check', '--all-databases', '--json'], env);
    expect(status).toBe(4);
    const { items, facts } = JSON.parse(stdout).result;
    const found = items.filter(({ state }: { state: string }) => state === 'problem');
    expect(found).toMatchObject([{ what: 'database', text: expect.stringContaining('locked'), code: 'partly-done' }]);
    expect(facts.database).toBe('patterns');
  });

  it('leaves out what --exclude-database names, and says when there is no such database', async () => {
    const exclude = ['--exclude-database', 'locked "away"', '--exclude-database', 'Patterns'];
    const { status, stdout, stderr } = await runCli(['check', '--all-databases', ...exclude, '--json'], env);
    expect(status, stdout).toBe(0);
    expect(stderr).toContain("no database 'Patterns'");
  });
});
