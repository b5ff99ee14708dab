import type { BackupRequest } from '@postgres-backuper/core';
import type { Settings } from '@postgres-backuper/options';
import { retentionSettings } from './retention.ts';

/** What the settings ask a backup of one database to be. */
export function backupRequest(settings: Settings, database: string): BackupRequest {
  return {
    name: settings.name ?? database,
    selection: {
      schemas: settings.schema,
      excludeSchemas: settings.excludeSchema,
      tables: settings.table,
      excludeTables: settings.excludeTable,
      excludeTableData: settings.excludeTableData,
    },
    jobs: settings.jobs,
    splitFromBytes: settings.splitTables === 0 ? undefined : settings.splitTables,
    segmentBytes: settings.segmentSize,
    lockTimeoutMs: settings.lockTimeout,
    yieldAfterMs: settings.yieldAfter,
    globals: !settings.noGlobals,
    maintenanceDatabases: settings.maintenanceDb,
    largeObjects: !settings.noLargeObjects,
    rotation: settings.noPrune
      ? undefined
      : { retention: retentionSettings(settings), force: false, acceptNewServer: settings.acceptNewServer },
  };
}
