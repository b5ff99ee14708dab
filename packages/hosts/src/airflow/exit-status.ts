import { EXIT_STATUSES } from '@postgres-backuper/base';
import { lastingStatuses } from '../tried-again.ts';

export const AIRFLOW_EXIT_STATUS_PATH = 'airflow/src/postgres_backuper_airflow/exit_status.py';

/** The Python module with the exit statuses for the operators. */
export function exitStatusModule(): string {
  return `"""Generated from the table in packages/base/src/errors.ts; do not edit."""

SKIPPED = ${EXIT_STATUSES.skipped}
# wrong settings, damage, something missing: trying again changes nothing
LASTING = (${lastingStatuses('airflow').join(', ')})
`;
}
