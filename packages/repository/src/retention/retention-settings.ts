/** Everything that any rule keeps is kept. Absent or 0: no such rule. */
export interface RetentionSettings {
  readonly keepDays?: number | undefined;
  readonly keepLast?: number | undefined;
  readonly keepDaily?: number | undefined;
  readonly keepWeekly?: number | undefined;
  readonly keepMonthly?: number | undefined;
  readonly keepYearly?: number | undefined;
  /** Never fewer good backups than this; at least 1. */
  readonly keepMinimum: number;
}
