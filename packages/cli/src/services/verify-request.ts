import type { LiveSource, VerifyRequest } from '@postgres-backuper/core';
import type { SettingsIfOffered, SettingsOf } from '@postgres-backuper/options';
import { readSqlFiles } from './sql-files.ts';

/** What is verified, at which level, and where a drill runs. */
export function verifyRequest(
  {
    name,
    target,
    level,
    share,
    live,
  }: Pick<VerifyRequest, 'name' | 'target' | 'level'> & {
    readonly share?: number | undefined;
    readonly live?: LiveSource | undefined;
  },
  settings: SettingsOf<'backup' | 'import' | 'verify'> & SettingsIfOffered<'noTablespaces' | 'strict' | 'assert'>,
): VerifyRequest {
  const where = settings.drillOn === 'server' ? 'given' : 'throw-away';
  return {
    name,
    target,
    level,
    ...(share === undefined ? {} : { share }),
    strict: settings.strict === true,
    drill: {
      ...{ where, maintenanceDatabases: settings.maintenanceDb, jobs: settings.jobs },
      tablespaces: !settings.noTablespaces,
      asserts: readSqlFiles('assert', settings.assert ?? []),
      live,
    },
  };
}
