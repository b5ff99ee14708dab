import type { SettingsOf } from '@postgres-backuper/options';
import type { RetentionSettings } from '@postgres-backuper/repository';

type Settings = SettingsOf<'backup' | 'prune' | 'list'>;
/** Each option of a rule and each rule once: one that is forgotten does not compile. */
type EveryRule = Required<RetentionSettings> & Pick<Settings, Extract<keyof Settings, `keep${string}`>>;

/** Which backups stay, as the settings say. */
export function retentionSettings(settings: Settings): RetentionSettings {
  const { keepDays, keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly, keepMinimum } = settings;
  return { keepDays, keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly, keepMinimum } satisfies EveryRule;
}
