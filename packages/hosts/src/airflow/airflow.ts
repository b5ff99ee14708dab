import type { HostRow } from '../host-row.ts';
import { airflowStart } from './start.ts';
import { operator } from './wording.ts';

export const airflow: HostRow = {
  detect: (environment) => (environment.AIRFLOW_CTX_DAG_ID ?? '') !== '',
  log: async () => (await import('./airflow-host.ts')).createAirflowHost,
  job: ({ AIRFLOW_CTX_LOG_URL }) => AIRFLOW_CTX_LOG_URL || undefined, // the operator gives it
  start: airflowStart,
  surface: ({ isOurs }) => (isOurs ? operator() : undefined),
};
