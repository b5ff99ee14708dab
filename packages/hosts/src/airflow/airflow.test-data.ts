import type { HostTestData } from '../host.test-data.ts';
import { AIRFLOW_OPTIONS_PATH } from './files.ts';

export const data: HostTestData = {
  found: [[{ AIRFLOW_CTX_DAG_ID: 'nightly', GITHUB_ACTIONS: 'true' }, 'airflow']],
  lost: [],
  jobs: [
    [{ AIRFLOW_CTX_LOG_URL: 'https://h.example/dags/d/runs/r/tasks/t' }, 'https://h.example/dags/d/runs/r/tasks/t'],
    [{}, undefined],
  ],
  surfaces: {
    operator: {
      environment: { BACKUP_CI: 'airflow' },
      says: {
        options:
          "the argument 'into', options['no_owner'] = True, options['encryption'] = 'none', the Variable BACKUP_PRIVATE_KEY",
        commands:
          "'postgres-backuper setup-client --client-version 17' on this machine, 'postgres-backuper keygen' on a machine of your own",
        example: [
          'python',
          'PostgresRestoreOperator(task_id="restore", target="backup_1", repository="s3://b/p", into="new", options={"name": "it\'s: x"})',
        ],
      },
    },
  },
  optionFiles: [AIRFLOW_OPTIONS_PATH],
  rawNames: { wording: 'what its users write', start: 'Variables that its users set' },
};
