import type { HostRow } from '../host-row.ts';
import { operator } from './wording.ts';

export const airflow: HostRow = {
  detect: (environment) => (environment.AIRFLOW_CTX_DAG_ID ?? '') !== '',
  log: async () => (await import('./airflow-host.ts')).createAirflowHost,
  surface: ({ isOurs }) => (isOurs ? operator() : undefined),
};
