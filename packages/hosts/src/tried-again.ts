import { type ErrorKind, EXIT_STATUSES } from '@postgres-backuper/base';

/** The hosts that start a failed command again by themselves; GitLab and Kubernetes name the exit status 75 alone. */
type Starter = 'airflow' | 'systemd';

/** Which of them start a command again after an error of each kind; none where only a person can mend it. */
const TRIED_AGAIN: Readonly<Record<ErrorKind, readonly Starter[]>> = {
  failed: ['airflow'], // a task has its number of retries, and mails at their end
  user: [],
  damage: [],
  partial: [],
  hook: ['airflow'],
  temporary: ['airflow', 'systemd'],
  skipped: ['airflow', 'systemd'], // neither takes it for a failure
  cancelled: ['airflow', 'systemd'],
};

/** The exit statuses after which that host does not start a command again, in the order of the table of kinds. */
export function lastingStatuses(starter: Starter): readonly number[] {
  const kinds = (Object.keys(TRIED_AGAIN) as ErrorKind[]).filter((kind) => !TRIED_AGAIN[kind].includes(starter));
  return kinds.map((kind) => EXIT_STATUSES[kind]);
}
