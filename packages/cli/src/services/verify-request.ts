import type { VerifyLevel, VerifyRequest } from '@postgres-backuper/core';
import type { Settings } from '@postgres-backuper/options';

/** What is verified, how far, and where a drill runs. */
export function verifyRequest(
  { name, target, level }: { name: string; target: VerifyRequest['target']; level: VerifyLevel },
  settings: Settings,
): VerifyRequest {
  const where = settings.drillOn === 'server' ? 'given' : 'throw-away';
  return {
    name,
    target,
    level,
    drill: {
      ...{ where, maintenanceDatabases: settings.maintenanceDb, jobs: settings.jobs },
      tablespaces: !settings.noTablespaces,
    },
  };
}
