import { EXIT_STATUSES } from '@postgres-backuper/base';
import { lastingStatuses } from '../tried-again.ts';

export const AIRFLOW_EXIT_STATUS_PATH = 'airflow/src/postgres_backuper_airflow/exit_status.py';

/** The Python module with the exit statuses for the operators. */
export function exitStatusModule(): string {
  return `"""Generated from the table in packages/base/src/errors.ts; do not edit."""

SKIPPED = ${EXIT_STATUSES.skipped}
# a part is missing; all rows of a restore are there, and some objects are not as they were
PARTLY = ${EXIT_STATUSES.partial}
# wrong settings, damage, something missing: trying again changes nothing
LASTING = (${lastingStatuses('airflow').join(', ')})
`;
}
