import type { SettingsOf } from '@postgres-backuper/options';
import type { RetentionSettings } from '@postgres-backuper/repository';

/** Which backups stay, as the settings say. */
export function retentionSettings(settings: SettingsOf<'backup' | 'prune' | 'list'>): RetentionSettings {
  const { keepDays, keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly, keepMinimum } = settings;
  return { keepDays, keepLast, keepDaily, keepWeekly, keepMonthly, keepYearly, keepMinimum };
}
