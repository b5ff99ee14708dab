import type { BackupRequest } from '@postgres-backuper/core';
import type { SettingsOf } from '@postgres-backuper/options';

/** What a dump reads, and with how many sessions: the same for a backup and the check before it. */
export function dumpRequest(
  settings: SettingsOf<'backup' | 'check'>,
): Pick<BackupRequest, 'jobs' | 'largeObjects' | 'pauseReplay' | 'selection' | 'splitFromBytes'> {
  return {
    selection: {
      schemas: settings.schema,
      excludeSchemas: settings.excludeSchema,
      tables: settings.table,
      excludeTables: settings.excludeTable,
      excludeTableData: settings.excludeTableData,
    },
    jobs: settings.jobs,
    splitFromBytes: settings.splitTables === 0 ? undefined : settings.splitTables,
    pauseReplay: settings.pauseReplay,
    largeObjects: !settings.noLargeObjects,
  };
}
