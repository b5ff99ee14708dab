import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { airflowPython } from './airflow-python.ts';
import { freePort } from './free-port.ts';
import { type RunEnd, run, tryRun } from './run.ts';
import { type Service, startService } from './service.ts';

export interface AirflowRequest {
  /** AIRFLOW_HOME: the metadata database and the logs. */
  readonly home: string;
  readonly dagsFolder: string;
  /** Of every process, e.g. connections; PYTHONPATH is needed for the package. */
  readonly environment: Readonly<Record<string, string>>;
  /** Default: the LocalExecutor, and metadata in SQLite. */
  readonly engine?: Engine | undefined;
}

/** What runs the tasks, and where their states are. */
export interface Engine {
  readonly python: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly rows: Airflow['rows'];
}

export type Row = Readonly<Record<string, string | number | null>>;

export interface Airflow {
  readonly home: string;
  readonly python: string;
  readonly environment: Readonly<Record<string, string>>;
  /** One command line of Airflow. */
  run(args: readonly string[], environment?: Readonly<Record<string, string>>): Promise<RunEnd>;
  /** Rows of the metadata database. */
  rows(sql: string, ...values: readonly (string | number)[]): readonly Row[];
}

/** A new Airflow with an empty metadata database, and all DAGs of the folder read. */
export async function createAirflow({ home, dagsFolder, environment, engine }: AirflowRequest): Promise<Airflow> {
  const python = engine?.python ?? (await airflowPython());
  await mkdir(home, { recursive: true });
  const port = await freePort();
  const env: Record<string, string> = {
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    ...{ HOME: home, AIRFLOW_HOME: home, NO_COLOR: '1', LC_ALL: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1' },
    ...settings({ dagsFolder, port }),
    ...engine?.settings,
    ...environment,
  };
  const airflow: Airflow = {
    ...{ home, python, environment: env },
    run: (args, more = {}) => tryRun(python, ['-m', 'airflow', ...args], { env: { ...env, ...more }, cwd: home }),
    rows: engine?.rows ?? rowsInSqlite(join(home, 'airflow.db')),
  };
  await run(python, ['-m', 'airflow', 'db', 'migrate'], { env, cwd: home });
  await run(python, ['-m', 'airflow', 'dags', 'reserialize'], { env, cwd: home });
  return airflow;
}

function rowsInSqlite(path: string): Airflow['rows'] {
  return (sql, ...values) => {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      return database.prepare(sql).all(...values) as unknown as readonly Row[];
    } finally {
      database.close();
    }
  };
}

function settings({ dagsFolder, port }: { dagsFolder: string; port: number }): Record<string, string> {
  return {
    AIRFLOW__CORE__DAGS_FOLDER: dagsFolder,
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
    AIRFLOW__CORE__EXECUTOR: 'LocalExecutor',
    AIRFLOW__CORE__PARALLELISM: '6',
    AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS: 'True',
    AIRFLOW__CORE__EXECUTION_API_SERVER_URL: `http://127.0.0.1:${port}/execution/`,
    AIRFLOW__API__PORT: String(port),
    AIRFLOW__API__HOST: '127.0.0.1',
    AIRFLOW__API_AUTH__JWT_SECRET: 'of-this-test-and-nothing-else-0123456789-0123456789-0123456789',
    AIRFLOW__SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME: '0.2',
    AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC: '1',
    AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK: 'False',
    AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL: '600',
  };
}

/** API server, scheduler and DAG processor: what runs in production. */
export async function startScheduler({ python, environment }: Airflow): Promise<{ stop(): Promise<void> }> {
  const address = `http://127.0.0.1:${environment.AIRFLOW__API__PORT}/api/v2/monitor/health`;
  const start = (name: string, isReady: () => Promise<boolean>): Promise<Service> =>
    startService({
      name: `airflow-${name}`,
      program: python,
      args: () => ['-m', 'airflow', name],
      env: environment,
      isReady,
    });
  const started = await Promise.all([
    start('api-server', async () => (await fetch(address)).ok),
    start('scheduler', async () => true),
    start('dag-processor', async () => true),
  ]);
  return {
    stop: async () => {
      await Promise.all(started.map((service) => service.stop()));
    },
  };
}

/** Waits until the query returns rows; throws with its last result. */
export async function untilRows(airflow: Airflow, sql: string, patienceMs = 240_000): Promise<readonly Row[]> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(200)) {
    const rows = airflow.rows(sql);
    if (rows.length > 0) return rows;
  }
  throw new Error(`no rows: ${sql}`);
}
