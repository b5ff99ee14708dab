import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BACKUPER_PROGRAM, type Postgres, startPostgres, tryRun } from '@postgres-backuper/testing';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';

let postgres: Postgres;
let home: string;

beforeAll(async () => {
  postgres = await startPostgres({ major: 18 });
});
afterAll(() => postgres?.stop());
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'init-'));
});
afterEach(() => rm(home, { recursive: true }));

const S3 = ['--repository', 's3://backups/postgres', '--s3-endpoint', 'https://minio.example.com'];

async function init(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const folder = await mkdtemp(join(home, 'project-'));
  const base = { PATH: postgres.env.PATH ?? '', HOME: home, BACKUP_PRIVATE_KEY_PASSPHRASE: 'a passphrase' };
  const args = [BACKUPER_PROGRAM, 'init', ...words];
  return { folder, ...(await tryRun(process.execPath, args, { cwd: folder, env: { ...base, ...env } })) };
}

test('keys are made once, outside of the project, and nothing is written over', async () => {
  const first = await init(['github', ...S3, '--output', join(home, 'keys')]);
  expect(first).toMatchObject({ status: 0, stderr: '' });
  expect(first.stdout).toContain('gh variable set BACKUP_REPOSITORY --body s3://backups/postgres\n');
  expect(first.stdout).toContain(`gh variable set BACKUP_PUBLIC_KEY < ${home}/keys/backup-public.asc`);
  expect(first.stdout).toMatch(/keys\/backup-dedup-secret\.txt is for the backup job .*, as BACKUP_DEDUP_SECRET:/);
  expect((await readdir(join(home, 'keys'))).length).toBe(3);
  const workflow = await readFile(join(first.folder, '.github/workflows/postgres-backup.yml'), 'utf8');
  const page = join(import.meta.dirname, '../../docs/hosts/github/workflows/first-backup.yml');
  expect(workflow).toBe(await readFile(page, 'utf8'));
  const again = await tryRun(process.execPath, [BACKUPER_PROGRAM, 'init', 'github', ...S3], { cwd: first.folder });
  expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('is there already')]);
  const second = await init(['forgejo', ...S3, '--output', join(home, 'keys')]);
  expect(second.stdout).toContain('was there: backups are encrypted for it');
  expect(second.stdout).not.toContain('BACKUP_DEDUP_SECRET');
  expect(second.stdout).toContain('  Settings → Actions → Secrets, DATABASE_URL: postgres://');
});

test('a machine gets its units, a file of settings that only its owner reads, and a check', async () => {
  const env = {
    DATABASE_URL: `postgres://postgres:${encodeURIComponent(postgres.password)}@127.0.0.1:${postgres.port}/postgres`,
  };
  const { folder, status, stdout, stderr } = await init(
    ['machine', '--repository', join(home, 'backups'), '--dbname', 'a b'],
    env,
  );
  expect(stderr).not.toContain('✗');
  expect([status, stdout]).toEqual([0, expect.stringMatching(/✓ repository .*backups\n[\s\S]*\nall good\n$/)]);
  const settings = join(folder, 'postgres-backup/backup.env');
  expect((await stat(settings)).mode & 0o777).toBe(0o600);
  expect((await stat(join(folder, 'postgres-backup/postgres-backup.timer'))).mode & 0o777).toBe(0o644);
  const text = await readFile(settings, 'utf8');
  expect(text).toContain(`\nBACKUP_REPOSITORY=${home}/backups\n`);
  expect(text).toContain('127.0.0.1/a%20b\n');
  expect(text).not.toContain(postgres.password);
});

test('TeamCity gets a build in Kotlin and the recipe that has the program; Airflow a DAG and Connections to fill in', async () => {
  const S3_ODD = ['--repository', 's3://backups/a=b', '--dbname', 'a$b"%'];
  const teamcity = await init(['teamcity', ...S3_ODD, '--output', join(home, 'keys')]);
  expect(teamcity).toMatchObject({ status: 0, stderr: '' });
  const build = await readFile(join(teamcity.folder, '.teamcity/postgresbackup/PostgresBackup.kt'), 'utf8');
  expect(build).toContain('param("env.BACKUP_INPUT_DBNAME", "a\\$b\\"%%")');
  expect(build).toContain('param("env.BACKUP_INPUT_REPOSITORY", "s3://backups/a=b")');
  expect(teamcity.stdout).toContain('  Project settings → Parameters → Add, type password, backup.password: ');
  expect(teamcity.stdout).not.toContain('S3_ENDPOINT');
  const airflow = await init(['airflow', ...S3_ODD, '--output', join(home, 'keys')]);
  const connections = join(airflow.folder, 'postgres-backup/connections.json');
  expect((await stat(connections)).mode & 0o777).toBe(0o600);
  expect(JSON.parse(await readFile(connections, 'utf8'))).toMatchObject({ postgres_default: { schema: 'a$b"%' } });
  const sftp = await init(['airflow', '--repository', 'sftp://u@h/p', '--output', join(home, 'keys')]);
  expect(sftp.stdout).toContain('Variables → Add, BACKUP_SFTP_KEY: an SSH private key');
  const dag = await readFile(join(sftp.folder, 'dags/first_postgres_backup.py'), 'utf8');
  expect(dag).toContain('"options": {"sftp_host_key": "SHA256:…"},');
});

test('what cannot work is refused before anything is made', async () => {
  for (const [words, said] of [
    [[], 'no system is named'],
    [['jenkins', ...S3], 'name one of airflow, teamcity, gitlab, forgejo, github, machine'],
    [['gitlab', '--repository', '/var/backups'], 'does not outlive the job'],
    [['gitlab'], 'no repository is given'],
    [['gitlab', '--repository', 'ftp://h/x'], 'is of no known kind'],
  ] as const) {
    const { folder, status, stderr } = await init(words);
    expect([status, stderr]).toEqual([2, expect.stringContaining(said)]);
    expect(await readdir(folder)).toEqual([]);
  }
});
