import { type Context, toBackuperError } from '@postgres-backuper/base';
import type { BackupResult } from '@postgres-backuper/core';
import { type Anomaly, anomaliesOf, type Limits, type RecordedBackup, withTables } from '@postgres-backuper/history';
import type { MadeBackup } from '@postgres-backuper/hosts';
import type { SettingsOf } from '@postgres-backuper/options';
import { type Repository, survey } from '@postgres-backuper/repository';
import { readTables, recordTables } from './history-file.ts';

/** The limits in the settings. */
export function limitsOf({
  anomalyShrink,
  anomalySlower,
  anomalyUnchanged,
}: Pick<SettingsOf<'backup' | 'report'>, 'anomalyShrink' | 'anomalySlower' | 'anomalyUnchanged'>): Limits {
  return { shrink: anomalyShrink / 100, slower: anomalySlower, unchanged: anomalyUnchanged };
}

/**
 * Compares a new backup with those before it, in the first repository that has it, and warns of each difference. It is
 * stored: what fails here is a warning as well. Errors: cancelled.
 */
export async function withAnomalies(
  made: BackupResult,
  settings: SettingsOf<'backup'>,
  { destinations, tables }: { readonly destinations: readonly Repository[]; readonly tables: RecordedBackup['tables'] },
  context: Context,
): Promise<MadeBackup> {
  const repository = destinations.find((_, index) => made.destinations[index]?.committed === true);
  const path = settings.historyFile;
  const limits = limitsOf(settings);
  const { label, name, startedAt } = made;
  const file = path === undefined ? undefined : { path, newest: { label, startedAt, tables } };
  const anomalies = repository === undefined ? [] : await look(made, { limits, file, repository }, context);
  if (file !== undefined) recordTables(file.path, { name, newest: file.newest, limits }, context);
  for (const { text } of anomalies) {
    context.emit({ type: 'warning', text: `'${made.database}' differs from its last backups: ${text}` });
  }
  return { ...made, anomalies, afterProblem: null };
}

interface Looking {
  readonly limits: Limits;
  /** Where the host keeps the figures of tables, and those of the new backup. */
  readonly file: { readonly path: string; readonly newest: RecordedBackup } | undefined;
  readonly repository: Repository;
}

async function look(
  { name, label }: BackupResult,
  { limits, file, repository }: Looking,
  context: Context,
): Promise<readonly Anomaly[]> {
  const { clock, signal, emit } = context;
  try {
    const { backups } = await survey({ name, signal }, repository);
    const upTo = backups.findIndex((backup) => backup.label === label) + 1; // not those of runs at the same time
    const whole = anomaliesOf(backups.slice(0, upTo), { now: clock.now(), limits });
    if (file === undefined) return whole;
    const bad = new Set(backups.filter((backup) => backup.bad).map((backup) => backup.label));
    const history = readTables(file.path, context) ?? [];
    return withTables(whole, file.newest, { name, history, limits, isGood: (one) => !bad.has(one) });
  } catch (error) {
    signal.throwIfAborted();
    const { message } = toBackuperError(error);
    emit({ type: 'warning', text: `'${name}' was not compared with its last backups: ${message}` });
    return [];
  }
}
