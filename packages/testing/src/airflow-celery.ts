import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Airflow, Engine, Row } from './airflow.ts';
import { celeryPython } from './airflow-python.ts';
import { freePort } from './free-port.ts';
import type { Postgres } from './postgres.ts';
import { type Service, startService } from './service.ts';

/** The CeleryExecutor: metadata in a new database of the server, and a folder as the queue instead of Redis. */
export async function celeryEngine(postgres: Postgres, folder: string): Promise<Engine> {
  const python = await celeryPython();
  const queue = join(folder, 'queue');
  await mkdir(queue, { recursive: true });
  await postgres.createDatabase('airflow');
  const { user, password, host, port } = postgres;
  const address = `${user}:${password}@${host}:${port}/airflow`;
  return {
    python,
    rows: rowsInPostgres(postgres),
    settings: {
      AIRFLOW__CORE__EXECUTOR: 'CeleryExecutor',
      AIRFLOW__DATABASE__SQL_ALCHEMY_CONN: `postgresql+psycopg2://${address}`,
      AIRFLOW__CELERY__RESULT_BACKEND: `db+postgresql+psycopg2://${address}`,
      AIRFLOW__CELERY__BROKER_URL: 'filesystem://',
      AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__DATA_FOLDER_IN: queue,
      AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__DATA_FOLDER_OUT: queue,
      AIRFLOW__CELERY_BROKER_TRANSPORT_OPTIONS__CONTROL_FOLDER: join(folder, 'control'),
      AIRFLOW__CELERY__WORKER_ENABLE_REMOTE_CONTROL: 'False',
      // a worker that died is noticed in seconds, not in minutes
      AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT: '20',
      AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL: '2',
    },
  };
}

function rowsInPostgres({ binDir, env }: Postgres): Airflow['rows'] {
  return (sql, ...values) => {
    const left = [...values];
    const literal = (): string => `'${String(left.shift()).replaceAll("'", "''")}'`;
    const query = `SELECT coalesce(json_agg(q), '[]') FROM (${sql.replaceAll('?', literal)}) q`;
    const args = ['--no-psqlrc', '--no-align', '--tuples-only', '--dbname=airflow', `--command=${query}`];
    return JSON.parse(execFileSync(join(binDir, 'psql'), args, { env, encoding: 'utf8' })) as readonly Row[];
  };
}

/** A machine's worker, with places for so many tasks. */
export async function startCeleryWorker({ python, environment }: Airflow, places: number): Promise<Service> {
  const port = await freePort(); // of its logs
  const name = `worker${port}`;
  const service: Service = await startService({
    name: 'airflow-celery',
    program: python,
    args: (dir) => [
      ...['-m', 'airflow', 'celery', 'worker', '--concurrency', String(places), '--celery-hostname', `${name}@%h`],
      ...['--without-mingle', '--without-gossip', '--skip-serve-logs', '--pid', join(dir, 'pid')],
    ],
    env: environment,
    isReady: async () => true,
  });
  return service;
}
