import { cp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheFolder, isMissing, type RunEnd, run, tryRun } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examplesOf, settle, stepsIn } from '../../docs/start-page.ts';
import { CANARIES, createStage, SITE, type Stage, textsBelow } from './harness.ts';

/** Those that may run one task after another. */
const DAGS = [
  ...['postgres_backup', 'postgres_backup_local', 'postgres_backup_watch'],
  ...['postgres_restore', 'postgres_restore_drill'],
];
const ALL_DAGS = [...DAGS, 'postgres_backup_in_parts', 'postgres_restore_in_parts'].sort();

let stage: Stage;

describe.skipIf(isMissing('Airflow'))('Airflow, one command line after the other', () => {
  beforeAll(async () => {
    stage = await createStage({}, { isConnected: false });
  });
  afterAll(() => stage?.remove());

  test('the wheel carries the program and the DAGs', async () => {
    expect(await readdir(join(stage.folder, SITE, 'dist'))).toContain('postgres-backuper.cjs');
    expect(await readdir(join(stage.folder, SITE, 'dags'))).toEqual(
      expect.arrayContaining(ALL_DAGS.map((name) => `${name}.py`)),
    );
  });

  test('the sdist is enough to build the wheel, which carries the licence', async () => {
    const { python } = stage.airflow;
    const out = join(stage.folder, 'packages');
    const build = (target: string, cwd: string) =>
      run(python, ['-m', 'hatchling', 'build', '-t', target, '-d', out], { cwd, env: { PATH: '/usr/bin:/bin' } });
    await build('sdist', join(stage.folder, 'tree/airflow'));
    const [sdist = ''] = await readdir(out);
    await run('tar', ['-xzf', join(out, sdist), '-C', out]);
    const name = sdist.replace('.tar.gz', '');
    await build('wheel', join(out, name));
    await run(python, ['-m', 'zipfile', '-e', join(out, `${name}-py3-none-any.whl`), join(out, 'wheel')]);
    const files = async (folder: string) =>
      [...(await textsBelow(folder)).keys()].map((path) => path.slice(folder.length)).sort();
    const wheel = await files(join(out, 'wheel/postgres_backuper_airflow'));
    const installed = await files(join(stage.folder, SITE));
    expect(wheel).toEqual(installed.filter((path) => !path.includes('__pycache__')));
    const licence = join(out, `wheel/${name}.dist-info/licenses/LICENSE`);
    expect(await readFile(licence, 'utf8')).toBe(await readFile(join(import.meta.dirname, '../../../LICENSE'), 'utf8'));
  });

  test('ruff, also with the rules of Airflow, and mypy find nothing', async () => {
    const python = stage.airflow.python;
    const cwd = join(stage.folder, 'tree/airflow');
    // Airflow itself takes 20 seconds to check, and stays as it is
    const mypy = ['mypy', '--cache-dir', join(await cacheFolder(), 'mypy')];
    for (const tool of [['ruff', 'check', '.'], ['ruff', 'format', '--check', '.'], mypy]) {
      const end = await tryRun(python, ['-m', ...tool], { cwd, env: { PATH: '/usr/bin:/bin', HOME: stage.folder } });
      expect(end, end.stdout + end.stderr).toMatchObject({ status: 0 });
    }
  });

  test('Connections, options, versions of Node.js and results are read as promised', async () => {
    const { folder, airflow } = stage;
    const { python, environment } = airflow;
    const end = await tryRun(python, ['-m', 'unittest', 'discover', '-s', join(folder, 'tree/airflow/tests')], {
      env: environment,
      cwd: folder,
    });
    expect(end, end.stderr).toMatchObject({ status: 0 });
    expect(end.stderr).toMatch(/Ran \d\d tests/);
  });

  test('the DAGs are imported in less than a second, without an error and without asking anybody', async () => {
    const errors = await stage.airflow.run(['dags', 'list-import-errors', '--output', 'json']);
    expect(errors.stdout).toMatch(/No data found|\[\]/);
    const end = await tryRun(stage.airflow.python, ['-c', IMPORT, join(stage.folder, SITE, 'dags')], {
      env: stage.airflow.environment,
    });
    expect(end, end.stderr).toMatchObject({ status: 0 });
    expect(Object.keys(JSON.parse(end.stdout)).sort()).toEqual(ALL_DAGS.map((name) => `${name}.py`));
    // of the processor: a machine may have other work
    for (const seconds of Object.values(JSON.parse(end.stdout))) expect(seconds).toBeLessThan(1);
  });

  test('every DAG runs by `airflow dags test`, with the Connections and Variables of the documentation', async () => {
    const { airflow, minio, postgres } = stage;
    const restore = JSON.stringify({ into: 'restored', confirm: 'restored' });
    const commands = [
      ['postgres_backup'],
      ['postgres_backup_local', '-c', JSON.stringify({ create: true })],
      ['postgres_restore', '-c', restore],
      ['postgres_restore_drill'],
      ['postgres_backup_watch'],
    ];
    const end = await several([...(await documented()), ...commands.map((command) => ['dags', 'test', ...command])]);
    expect(end, (end.stdout + end.stderr).slice(-6000)).toMatchObject({ status: 0 });
    expect(airflow.rows('SELECT dag_id, state FROM dag_run ORDER BY dag_id')).toEqual(
      DAGS.map((dag_id) => ({ dag_id, state: 'success' })),
    );
    expect(await readdir(join(minio.dataDir, 'postgres-backup/backups/postgres/app/backups'))).toHaveLength(1);
    expect(await postgres.psql('SELECT count(*) FROM a', 'restored')).toBe('500');
    expect(await postgres.psql("SELECT count(*) FROM pg_database WHERE datname LIKE 'backuper_drill%'")).toBe('0');
    const log = end.stdout + end.stderr;
    for (const secret of stage.secrets) expect(log.includes(secret), 'a secret in the log').toBe(false);
  });

  test('a local backup is for its owner only, and its path is in XCom', async () => {
    const [row] = stage.airflow.rows("SELECT value FROM xcom WHERE dag_id = 'postgres_backup_local' AND key = 'path'");
    const path = JSON.parse(String(row?.value));
    expect(path).toMatch(new RegExp(`^${stage.folder}/local/app/backups/backup_\\w+\\.json$`));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(stage.folder, 'local'))).mode & 0o777).toBe(0o700);
  });

  test('the nearest word counts: an entry, then BACKUP_OPTIONS, then a Variable of its own, then the worker and the Connection', async () => {
    const { airflow, minio, postgres } = stage;
    const database = `near_${Date.now()}`; // a retry finds the first one
    await postgres.createDatabase(database);
    const entries = [{ database, name: database, options: { keep_days: 3 } }, { name: `${database}_app` }];
    const end = await airflow.run(['dags', 'test', 'postgres_backup'], {
      AIRFLOW_VAR_BACKUP_DATABASES: JSON.stringify(entries),
      AIRFLOW_VAR_BACKUP_OPTIONS: JSON.stringify({ keep_days: 7 }),
      AIRFLOW_VAR_BACKUP_RETENTION_DAYS: '31',
      ...{ BACKUP_KEEP_DAYS: '99', BACKUP_DBNAME: 'postgres', PGDATABASE: 'postgres' },
    });
    const log = end.stdout + end.stderr;
    expect(end, log.slice(-6000)).toMatchObject({ status: 0 });
    const kept = [...log.matchAll(/younger than (\d+) days/g)].map(([, days]) => days);
    expect([...new Set(kept)].sort()).toEqual(['3', '7']);
    // the Connection's database where the entry names none
    const repository = join(minio.dataDir, 'postgres-backup/backups/postgres');
    for (const name of [database, `${database}_app`])
      expect(await readdir(join(repository, name, 'backups'))).toHaveLength(1);
    expect(log).toMatch(new RegExp(`'${database}'`));
  });

  test('the page of the start: what `init` makes and names is enough for a backup, which is proven', async () => {
    const { airflow, folder, minio } = stage;
    const { postgres } = stage;
    const program = join(folder, SITE, 'dist/postgres-backuper.cjs');
    const examples = {
      ...examplesOf(minio, 's3://postgres-backup/started', 'app'),
      "pip install './airflow[node]'\n": '',
    };
    const newcomer = await settle({ folder, examples, program });
    const { stdout: said } = await newcomer.follow('Airflow', 0);
    const own = join(newcomer.home, 'backups');
    expect(stepsIn(said)).toContain(
      'airflow connections import postgres-backup/connections.json && rm postgres-backup/connections.json',
    );
    const file = join(own, 'postgres-backup/connections.json');
    const { postgres_default, minio_default } = JSON.parse(await readFile(file, 'utf8'));
    const { host, port, user, password } = postgres;
    Object.assign(postgres_default, { host, port, login: user, password });
    Object.assign(minio_default, { login: minio.accessKey, password: minio.secretKey });
    await writeFile(file, JSON.stringify({ postgres_default, minio_default }));
    await cp(join(own, 'dags'), join(folder, 'dags'), { recursive: true });
    const key = (await readFile(join(newcomer.home, 'backup-keys/backup-public.asc'))).toString('base64');
    const end = await several([
      ['connections', 'import', '--overwrite', file], // those of the page may be there
      ['variables', 'set', 'BACKUP_PUBLIC_KEY', key],
      ['dags', 'test', 'first_postgres_backup'],
    ]);
    expect(end, (end.stdout + end.stderr).slice(-6000)).toMatchObject({ status: 0 });
    const dag = "dag_id = 'first_postgres_backup'";
    expect(airflow.rows(`SELECT state FROM dag_run WHERE ${dag}`)).toEqual([{ state: 'success' }]);
    expect(airflow.rows(`SELECT DISTINCT state FROM task_instance WHERE ${dag}`)).toEqual([{ state: 'success' }]);
    expect(await readdir(join(minio.dataDir, 'postgres-backup/started/app/backups'))).toHaveLength(1);
    expect((await newcomer.follow('Prove it')).stdout).toMatch(/^✓ \S+ {2}every object was read, every hash is right/);
    console.log(
      `from nothing to a proven backup on Airflow, without its installation: ${newcomer.seconds().toFixed(0)} s`,
    );
    const ruff = ['-m', 'ruff', 'check', '--config', join(folder, 'tree/airflow/pyproject.toml'), join(own, 'dags')];
    const lint = await tryRun(airflow.python, ruff, { env: { PATH: '/usr/bin:/bin', HOME: folder } });
    expect(lint, lint.stdout + lint.stderr).toMatchObject({ status: 0 });
  });

  test('a secrets backend that is down fails the run: it is not taken for one without Variables', async () => {
    const { folder, airflow } = stage;
    await writeFile(join(folder, 'down.py'), DOWN);
    const environment = {
      ...{ AIRFLOW__SECRETS__BACKEND: 'down.Down', PYTHONPATH: `${airflow.environment.PYTHONPATH}:${folder}` },
      POSTGRES_BACKUPER_RETRIES: '0',
    };
    const end = await airflow.run(['dags', 'test', 'postgres_backup'], environment);
    expect(end.status).not.toBe(0);
    const log = end.stdout + end.stderr;
    expect(log).toContain('the Variable BACKUP_OPTIONS cannot be read: the secrets backend Down failed');
    expect(log).not.toContain('backup ended');
    const last = "dag_id = 'postgres_backup' AND task_id = 'databases' ORDER BY start_date DESC LIMIT 1";
    expect(airflow.rows(`SELECT state FROM task_instance WHERE ${last}`)).toEqual([{ state: 'failed' }]);
    const folders = await readdir(join(stage.minio.dataDir, 'postgres-backup/backups/postgres/app/backups'));
    expect(folders).toHaveLength(1);
  });
});

/** The command lines of the page's block that is marked as tested, as a shell gives them to `airflow`. */
async function documented(): Promise<readonly (readonly string[])[]> {
  const { postgres, minio, folder } = stage;
  const page = await readFile(join(import.meta.dirname, '../../../docs/hosts/airflow.md'), 'utf8');
  const [, block = ''] = /<!-- tested -->\n```bash\n([\s\S]*?)```/.exec(page) ?? [];
  const env = {
    ...{ PATH: '/usr/bin:/bin', PG_HOST: postgres.host, PG_PORT: String(postgres.port), PG_USER: postgres.user },
    ...{ PG_PASSWORD: postgres.password, PG_DB: 'app', PGSSLMODE: 'prefer', MINIO_ENDPOINT: minio.endpoint },
    ...{ MINIO_ACCESS_KEY: minio.accessKey, MINIO_SECRET_KEY: minio.secretKey, KEY_PASSPHRASE: CANARIES.passphrase },
  };
  const program = `airflow() { jq -cn '$ARGS.positional' --args -- "$@"; }\n`;
  const lines = await run('bash', ['-euc', program + block], { env, cwd: folder });
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Several command lines of Airflow in one process: each start costs seconds. */
function several(commands: readonly (readonly string[])[]): Promise<RunEnd> {
  const { python, environment, home } = stage.airflow;
  return tryRun(python, ['-c', SEVERAL, JSON.stringify(commands)], { env: environment, cwd: home });
}

/** A secrets backend that cannot reach its server where it is asked for lists. */
const DOWN = `
from airflow.secrets.environment_variables import EnvironmentVariablesBackend
class Down(EnvironmentVariablesBackend):
    def get_variable(self, key, team_name=None):
        if key in ('BACKUP_DATABASES', 'BACKUP_OPTIONS'): raise ConnectionError('away')
`;

/** Seconds that each file of a folder takes to import, Airflow itself not counted, where nobody answers. */
const IMPORT = `
import json, runpy, sys, time
from pathlib import Path
import airflow.sdk, airflow.sdk.exceptions, airflow.providers.standard.decorators.python
from airflow.sdk import BaseHook, BaseOperator, Variable, dag, task, task_group
def refuse(*_, **__): raise RuntimeError('an import asks somebody')
Variable.get = BaseHook.get_connection = refuse
import socket; socket.socket.connect = refuse
seconds = {}
for file in sorted(Path(sys.argv[1]).glob('*.py')):
    begun = time.process_time(); runpy.run_path(str(file)); seconds[file.name] = time.process_time() - begun
print(json.dumps(seconds))
`;

const SEVERAL = `
import json, sys
from airflow.cli import cli_parser
for command in json.loads(sys.argv[1]):
    args = cli_parser.get_parser().parse_args(command)
    args.func(args)
`;
