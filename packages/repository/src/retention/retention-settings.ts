/** A backup is kept when any rule keeps it. Unset or 0: no such rule. */
export interface RetentionSettings {
  readonly keepDays?: number | undefined;
  readonly keepLast?: number | undefined;
  readonly keepDaily?: number | undefined;
  readonly keepWeekly?: number | undefined;
  readonly keepMonthly?: number | undefined;
  readonly keepYearly?: number | undefined;
  /** The minimum number of good backups that are kept; at least 1. */
  readonly keepMinimum: number;
}
