import type { TimeZone } from '@postgres-backuper/base';

/** A backup is kept when any rule keeps it. Unset or 0: no such rule. */
export interface RetentionSettings {
  readonly keepDays?: number | undefined;
  readonly keepLast?: number | undefined;
  readonly keepDaily?: number | undefined;
  readonly keepWeekly?: number | undefined;
  readonly keepMonthly?: number | undefined;
  readonly keepYearly?: number | undefined;
  /** The newest backups that have at most so many bytes together, each differential with its full. */
  readonly keepSize?: number | undefined;
  /** The minimum number of good backups that are kept; at least 1. */
  readonly keepMinimum: number;
  /** Where days, weeks, months and years begin at midnight. Default: UTC. */
  readonly timeZone?: TimeZone | undefined;
}
