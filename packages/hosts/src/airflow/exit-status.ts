import { type ErrorKind, EXIT_STATUSES } from '@postgres-backuper/base';

export const AIRFLOW_EXIT_STATUS_PATH = 'airflow/src/postgres_backuper_airflow/exit_status.py';

/** Whether a retry of Airflow may help: not after errors that only a person can correct. */
const IS_TRIED_AGAIN: Readonly<Record<ErrorKind, boolean>> = {
  failed: true,
  user: false,
  damage: false,
  partial: false,
  temporary: true,
  skipped: true,
  cancelled: true,
};

/** The Python module with the exit statuses for the operators. */
export function exitStatusModule(): string {
  const kinds = (Object.keys(EXIT_STATUSES) as ErrorKind[]).filter((kind) => !IS_TRIED_AGAIN[kind]);
  return `"""Generated from the table in packages/base/src/errors.ts; do not edit."""

SKIPPED = ${EXIT_STATUSES.skipped}
# wrong settings, damage, something missing: trying again changes nothing
LASTING = (${kinds.map((kind) => EXIT_STATUSES[kind]).join(', ')})
`;
}
