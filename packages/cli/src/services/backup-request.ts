import { parseCompression } from '@postgres-backuper/base';
import type { BackupRequest } from '@postgres-backuper/core';
import type { SettingsOf } from '@postgres-backuper/options';
import { dumpRequest } from './dump-request.ts';
import { retentionSettings } from './retention.ts';

/** The request for a backup of one database, from the settings. */
export function backupRequest(settings: SettingsOf<'backup'>, database: string): BackupRequest {
  return {
    name: settings.name ?? database,
    ...dumpRequest(settings),
    segmentBytes: settings.segmentSize,
    compression: parseCompression(settings.compression),
    lockTimeoutMs: settings.lockTimeout,
    yieldAfterMs: settings.yieldAfter,
    skipUnchanged: settings.skipUnchanged ? { verifyShare: settings.verifySkipped / 100 } : undefined,
    note: settings.note,
    expireAfterMs: settings.expireAfter,
    globals: !settings.noGlobals,
    maintenanceDatabases: settings.maintenanceDb,
    rotation: settings.noPrune
      ? undefined
      : { retention: retentionSettings(settings), force: false, acceptNewServer: settings.acceptNewServer },
  };
}
