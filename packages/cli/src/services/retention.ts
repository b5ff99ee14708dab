import type { SettingsOf } from '@postgres-backuper/options';
import type { RetentionSettings } from '@postgres-backuper/repository';

type Settings = SettingsOf<'backup' | 'prune' | 'list' | 'report' | 'status'>;
/** Each retention rule and its option once: a missing one does not compile. */
type EveryRule = Required<RetentionSettings> & Pick<Settings, Extract<keyof Settings, `keep${string}`>>;

/** The retention rules in the settings. */
export function retentionSettings(settings: Settings): RetentionSettings {
  const { keepDays, keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly, keepSize, keepMinimum, timeZone } =
    settings;
  const ofPeriods = { keepDaily, keepWeekly, keepMonthly, keepYearly, timeZone };
  return { keepDays, keepLast, ...ofPeriods, keepSize, keepMinimum } satisfies EveryRule;
}
