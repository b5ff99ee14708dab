import { type BackuperError, toBackuperError } from '@postgres-backuper/base';
import { type BackupRequest, type BackupServices, backup } from '@postgres-backuper/core';
import { identityOfRows } from '@postgres-backuper/format';
import type { RecordedBackup } from '@postgres-backuper/history';
import type { MadeBackup } from '@postgres-backuper/hosts';
import { type SettingsOf, say } from '@postgres-backuper/options';
import type { Repository } from '@postgres-backuper/repository';
import type { Command, CommandInput, Outcome } from '../command.ts';
import { withAnomalies } from '../services/anomalies.ts';
import { withHooks } from '../services/backup-hooks.ts';
import { backupRequest } from '../services/backup-request.ts';
import { checkBackupSettings, requireOneName } from '../services/backup-settings.ts';
import { type ChosenDatabases, type ClosedDatabase, chosenDatabases } from '../services/databases.ts';
import { openDestinations } from '../services/destinations.ts';
import { withClient } from '../services/install-client.ts';
import { isNewerThan } from '../services/newest.ts';
import { openServer } from '../services/open-server.ts';
import { hasUnusedLabel, partsRequest, requireOneDatabase } from '../services/parts-request.ts';
import { proven } from '../services/proven.ts';
import { lacksSecret, setRequest } from '../services/set-request.ts';
import { sealThreads } from '../services/threads.ts';
import { backupOutcome } from './backup-outcome.ts';
import { readPart } from './backup-part.ts';

/** Makes one backup per database; the exit status is 4 when only a part of the request was done. */
export const runBackup: Command<'backup'> = async (input) => {
  const { resolved, environment, context } = input;
  const { settings } = resolved;
  checkBackupSettings(resolved, context.clock.now());
  const opened = openServer(resolved, { environment, context });
  const destinations = await openDestinations(input);
  const noSet = lacksSecret(settings);
  if (noSet !== undefined && settings.incremental)
    context.emit({ type: 'notice', text: `this is a full backup: ${noSet}` });
  else if (noSet !== undefined) context.emit({ type: 'warning', text: noSet });
  if (hasUnusedLabel(resolved))
    context.emit({ type: 'notice', text: `${say.given('label')} is for a backup in parts: not used` });
  const databases = await chosenDatabases(settings, await withClient(input, opened), context);
  if (settings.part !== undefined) return readPart(input, databases, destinations);
  requireOneDatabase(settings, databases);
  requireOneName(settings, numberOfDatabases(databases));
  return backupAll(input, databases, destinations);
};

async function backupAll(
  input: CommandInput<'backup'>,
  databases: ChosenDatabases,
  destinations: readonly Repository[],
): Promise<Outcome<'backup'>> {
  const { resolved, context } = input;
  const backups: MadeBackup[] = [];
  const skipped: string[] = [];
  const errors: { database: string; error: BackuperError }[] = [];
  const isOnly = numberOfDatabases(databases) === 1;
  const failed = (failure: ClosedDatabase): void => {
    if (isOnly) throw failure.error;
    errors.push(failure);
    context.emit({ type: 'warning', text: `'${failure.database}': ${failure.error.message}` });
  };
  for (const closed of databases.closed) failed(closed);
  for (const server of databases.servers) {
    const database = server.env.PGDATABASE ?? '';
    if (!isOnly) context.emit({ type: 'notice', text: `database '${database}'` });
    try {
      const made = backupRequest(resolved.settings, database);
      const request = await completed(made, resolved.settings);
      if (await isNewerThan(request.name, { maxAgeMs: resolved.settings.skipIfNewerThan, destinations }, context)) {
        skipped.push(database);
      } else backups.push(await hooked(input, request, { server, destinations }));
    } catch (error) {
      context.signal.throwIfAborted();
      if (isOnly) throw error;
      failed({ database, error: toBackuperError(error) });
    }
  }
  return backupOutcome({ backups, skipped, errors }, input);
}

/** All jobs of a backup in parts have the secret of differentials: it alone does not ask for any. */
async function completed(made: BackupRequest, settings: SettingsOf<'backup'>): Promise<BackupRequest> {
  const parts = await partsRequest(settings, made.name);
  if (parts === undefined) return { ...made, set: await setRequest(settings, made.name) };
  const set = settings.incremental ? await setRequest(settings, made.name) : undefined;
  return { ...made, label: settings.label, parts, set };
}

function numberOfDatabases({ servers, closed }: ChosenDatabases): number {
  return servers.length + closed.length;
}

/** backupOne between the commands of --before and --after. */
function hooked(input: CommandInput<'backup'>, request: BackupRequest, services: BackupServices): Promise<MadeBackup> {
  const outcomeOf = (made: MadeBackup) => backupOutcome({ backups: [made], skipped: [], errors: [] }, input);
  const database = services.server.env.PGDATABASE ?? '';
  return withHooks({ input, database, outcomeOf }, (beforeDump) =>
    backupOne(input, request, { ...services, beforeDump }),
  );
}

/** Makes a backup and verifies it at the level of --verify. Errors: those of backup and verify. */
async function backupOne(
  { resolved: { settings }, context }: CommandInput<'backup'>,
  request: BackupRequest,
  { server, destinations, beforeDump }: BackupServices,
): Promise<MadeBackup> {
  let tables: RecordedBackup['tables'] = [];
  const onTables: BackupServices['onTables'] = (all) => {
    tables = all.map((table) => ({ ...table, hash: identityOfRows(table) }));
  };
  const services = { server, destinations, sealThreads: sealThreads(request.jobs), onTables, beforeDump };
  const backedUp = await backup(request, services, context);
  const made = {
    ...backedUp,
    whyFull: backedUp.whyFull ?? (settings.incremental ? lacksSecret(settings) : null) ?? null,
  };
  const judged = await withAnomalies(made, settings, { destinations, tables }, context);
  return { ...judged, ...(await proven(made, settings, { server, destinations }, context)) };
}
