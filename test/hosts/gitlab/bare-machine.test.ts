import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BareMachine,
  createBareMachine,
  type GitLabProject,
  isMissing,
  MOUNT_NAMESPACES,
  tryRun,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { artifact, component, createRunner, type Runner } from './harness.ts';

/** The role has no database of its own name, and the URL names none. */
const ROLE = 'no_database_is_called_so';
const REPOSITORY = `['s3://backups/bare']`;

describe.skipIf(isMissing('rsync') || isMissing(MOUNT_NAMESPACES))('jobs where no program of PostgreSQL is', () => {
  let runner: Runner;
  let variables: Readonly<Record<string, string>>;
  beforeAll(async () => {
    runner = await createRunner();
    const { postgres } = runner;
    for (const database of ['shop', 'gone', 'billing']) {
      await postgres.createDatabase(database);
      await postgres.psql('CREATE TABLE a AS SELECT g FROM generate_series(1, 500) g', database);
    }
    await postgres.createRole(ROLE, "SUPERUSER LOGIN PASSWORD 'sesame'");
    variables = {
      ...{ PG_HOST: '', PG_PORT: '', PG_USER: '', PG_PASSWORD: '', BACKUP_PG_BIN_DIR: '' },
      DATABASE_URL: `postgres://${ROLE}:sesame@${postgres.host}:${postgres.port}`,
    };
  });
  afterAll(() => runner?.remove());

  async function machine(): Promise<BareMachine> {
    return createBareMachine(await mkdtemp(join(runner.folder, 'machine-')), { known: [14], after: [14, 18] });
  }

  async function backedUp(project: GitLabProject, job: string): Promise<readonly string[]> {
    const { result } = JSON.parse(await artifact(project, job, 'backup.json')) as {
      result: { backups: readonly { database: string }[] };
    };
    return result.backups.map(({ database }) => database);
  }

  test('the job brings one to ask the server with, then those of its version; databases that are not there stop no other', async () => {
    const bare = await machine();
    const inputs = { repository: REPOSITORY, stage: 'test' };
    const jobs = [
      component('backup', { ...inputs, 'job-name': 'list', dbname: '[nowhere, shop, gone]' }),
      component('backup', { ...inputs, 'job-name': 'all', 'all-databases': 'true' }).replace('include:\n', ''),
    ];
    const project = await runner.project(jobs.join(''), variables, bare);
    const made = await project.run('web');
    expect(await bare.calls(), made.log).toEqual([
      'install postgresql-client-14',
      'update',
      'install postgresql-client-18',
    ]);
    expect(made.log).toMatch(/list +finished in .* FAIL 4\b/);
    expect(await backedUp(project, 'list')).toEqual(['shop', 'gone']);
    expect(await backedUp(project, 'all')).toEqual(['billing', 'gone', 'postgres', 'shop']);
  });

  test('a database that is gone comes back, and a drill on the server needs no database', async () => {
    await runner.postgres.psql('DROP DATABASE IF EXISTS gone WITH (FORCE)');
    const inputs = { repository: REPOSITORY };
    const jobs = [
      component('restore', { ...inputs, stage: 'build', dbname: '[gone]', into: 'gone' }),
      component('verify', { ...inputs, name: 'shop', level: 'restore', 'drill-on': 'server' }).replace(
        'include:\n',
        '',
      ),
    ];
    const project = await runner.project(jobs.join(''), variables, await machine());
    const restored = await project.run('web', 'postgres-restore');
    expect(restored.status, restored.log).toBe(0);
    expect(await runner.postgres.psql('SELECT count(*) FROM a', 'gone')).toBe('500');
    const drilled = await project.run('schedule');
    expect(drilled.status, drilled.log).toBe(0);
    expect(drilled.log).toMatch(/restored, and every table read again/);
  });

  test('a version that is given is not asked for; the reports of a job that cannot connect are those of its command', async () => {
    const bare = await machine();
    const pipeline = component('backup', { dbname: '[shop]', repository: REPOSITORY, 'client-version': `'18'` });
    const wrong = { ...variables, DATABASE_URL: (variables.DATABASE_URL as string).replace('sesame', 'not-it') };
    const project = await runner.project(pipeline, wrong, bare);
    const made = await project.run('web');
    expect(made.log).toMatch(/postgres-backup +finished in .* FAIL 2\b/);
    expect(await bare.calls()).toEqual(['update', 'install postgresql-client-18']);
    const report = (ending: string) => artifact(project, 'postgres-backup', `backup.${ending}`);
    expect(await report('xml')).toContain('<testsuite name="backup"');
    expect(await report('txt')).toContain('postgres_backup_exit_status{command="backup"} 2');
    expect(await report('md')).toContain('PostgreSQL backup: failed');
    expect(JSON.parse(await report('json'))).toMatchObject({ command: 'backup', error: { code: 'login-failed' } });
  });

  test('a check goes on where nothing can be installed, and says everything else', async () => {
    const folder = await mkdtemp(join(runner.folder, 'machine-'));
    const bare = await createBareMachine(folder, { known: [], after: [] });
    const [file = '', ...through] = bare.through;
    const args = [...through, process.execPath, join(runner.folder, 'dist/postgres-backuper.cjs'), 'check', '--json'];
    const env = {
      ...{ PATH: `${bare.path}:/usr/bin:/bin`, HOME: folder, BACKUP_INSTALL_CLIENT: 'true', BACKUP_DBNAME: 'shop' },
      ...{ DATABASE_URL: variables.DATABASE_URL, BACKUP_REPOSITORY: folder, BACKUP_ENCRYPTION: 'none' },
    };
    const end = await tryRun(file, args, { env });
    expect(end.status, end.stderr).toBe(2);
    expect(end.stderr).toContain('postgresql-client-18 is not among');
    const { items } = JSON.parse(end.stdout).result as { items: readonly { what: string; state: string }[] };
    const states = Object.fromEntries(items.map(({ what, state }) => [what, state]));
    expect(states).toMatchObject({ programs: 'problem', repository: 'ok' });
  });

  test('without the installation there is nothing to make a backup with', async () => {
    const bare = await machine();
    const inputs = { dbname: '[shop]', repository: REPOSITORY, 'install-client': 'false' };
    const project = await runner.project(component('backup', inputs), variables, bare);
    const made = await project.run('web');
    expect(made.log).toMatch(/postgres-backup +finished in .* FAIL 2\b/);
    expect(JSON.parse(await artifact(project, 'postgres-backup', 'backup.json')).error.code).toBe('program-missing');
    expect(await bare.calls()).toEqual([]);
  });
});
