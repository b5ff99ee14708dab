import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  isMissing,
  MOUNT_NAMESPACES,
  mountNamespace,
  type Postgres,
  startPostgres,
  testMajors,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logLines, runCli, runUnder } from './run-cli.ts';

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

  it('tells a log collector all of it, a line of JSON each', async () => {
    const end = await runCli(['backup', '--all-databases', '--log-format', 'json'], env);
    const lines = logLines(end);
    const named = lines.filter(({ text }) => String(text).includes(`'locked "away"' allows no connections`));
    expect(named).toHaveLength(1);
    expect(lines.slice(-2)).toMatchObject([
      { type: 'error', error: { code: 'partly-done' }, server: `${server.host}:${server.port}` },
      { type: 'end', command: 'backup', exit: 4 },
    ]);
    expect(end.stdout).toContain('patterns');
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

  it.skipIf(isMissing(MOUNT_NAMESPACES))(
    'goes on to the others where the disk of one repository is missing',
    async () => {
      const [disk, fstab, other] = ['disk', 'fstab', 'other'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      await mkdir(disk, { recursive: true });
      await writeFile(fstab, `/dev/sdz1 ${disk} ext4 noauto 0 0\n`);
      const through = [...(await mountNamespace()).split(' '), 'sh', '-c'];
      const mount = `mount --bind '${fstab}' /etc/fstab && exec "$@"`;
      const own = { ...env, BACKUP_REPOSITORY: JSON.stringify([join(disk, 'pg'), other]), PG_DB: 'patterns' };
      const end = await runUnder([...through, mount, 'sh'], ['backup', '--json'], own);
      expect(end.status, end.stderr).toBe(4);
      expect(end.stdout).toContain(`the disk of '${disk}' is not mounted`);
      expect(await readdir(disk)).toEqual([]);
      expect(await readdir(join(other, 'patterns/backups'))).not.toEqual([]);
      const only = { ...own, BACKUP_REPOSITORY: join(disk, 'pg') };
      const alone = await runUnder([...through, mount, 'sh'], ['backup', '--json'], only);
      expect(JSON.parse(alone.stdout)).toMatchObject({ exit: 2, error: { code: 'storage-unmounted' } });
    },
  );

  it('names server and database, and tells the last success also after a failure', async () => {
    const metricsFile = join(folder, 'metrics.txt');
    const away = ['--host', '127.0.0.1', '--port', '1', '--metrics-file', metricsFile, '--json'];
    const { status, stdout } = await runCli(['backup', '--dbname', 'postgres', ...away], env);
    expect(status).toBe(75);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ server: '127.0.0.1:1', databases: ['postgres'] });
    expect(document.newest).toMatchObject([{ name: 'postgres', label: expect.stringMatching(/^backup_/) }]);
    const metrics = await readFile(metricsFile, 'utf8');
    expect(metrics).toMatch(
      /^postgres_backup_last_success_timestamp_seconds\{name="postgres",location="[^"]+"\} \d{10}$/m,
    );
    const shown = await runCli(['backup', '--dbname', 'postgres', ...away.slice(0, 4)], env);
    expect(shown.stderr).toContain("server 127.0.0.1:1, database 'postgres'");
  });

  describe('status of a repository with several names', () => {
    const statesOf = (stdout: string) =>
      JSON.parse(stdout).result.repositories.map(
        ({ name, state }: { name: string; state: string }) => `${name} ${state}`,
      );

    it('watches all of them, also one that appears', async () => {
      const first = await runCli(['status', '--json'], env);
      expect(first.status, first.stderr).toBe(0);
      expect(statesOf(first.stdout)).toEqual(expect.arrayContaining(['patterns ok', 'postgres ok']));
      const made = await runCli(['backup', '--dbname', 'postgres', '--name', 'appeared'], env);
      expect(made.status, made.stderr).toBe(0);
      expect(statesOf((await runCli(['status', '--json'], env)).stdout)).toContain('appeared ok');
      expect((await runCli(['status', '--exclude-database', 'postgres'], env)).stdout).not.toContain("'postgres'");
    });

    it('ends with 1 and says of each what it is when one is missing or too old', async () => {
      const names = ['--dbname', 'patterns', '--dbname', 'nobody'];
      const missing = await runCli(['status', ...names, '--json'], env);
      expect(missing.status).toBe(1);
      expect(statesOf(missing.stdout)).toEqual(['nobody none', 'patterns ok']);
      expect(JSON.parse(missing.stdout).error.message).toContain("'nobody' has no good backup");
      const stale = await runCli(['status', '--max-age', '1ms'], env);
      expect(stale.status).toBe(1);
      expect(stale.stderr).toContain('3 of 3 names have no good backup that is young enough');
      expect(stale.stderr).toMatch(/- the newest good backup of 'postgres' is .* old, more than 1 ms/);
    });

    it('verify, prune and list take several names, too; a command for one backup does not', async () => {
      const names = ['--dbname', 'patterns', '--dbname', 'postgres'];
      const of = async (command: string, ...more: string[]) => {
        const { status, stdout, stderr } = await runCli([command, ...more, ...names, '--json'], env);
        expect(status, stderr).toBe(0);
        return JSON.parse(stdout).result.repositories as { name: string; backups: { name: string }[] }[];
      };
      expect((await of('verify', '--level', 'stored')).map(({ name }) => name)).toEqual(['patterns', 'postgres']);
      expect((await of('prune', '--dry-run')).map(({ name }) => name)).toEqual(['patterns', 'postgres']);
      expect((await of('list')).map(({ backups }) => backups[0]?.name)).toEqual(['patterns', 'postgres']);
      const restored = await runCli(['restore', 'latest', ...names, '--into', 'both'], env);
      expect(restored).toMatchObject({ status: 2, stderr: expect.stringContaining('several databases are named') });
    });
  });
});
