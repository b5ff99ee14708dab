import { type Context, toBackuperError } from '@postgres-backuper/base';
import type { BackupResult } from '@postgres-backuper/core';
import { type Anomaly, anomaliesOf, type Limits } from '@postgres-backuper/history';
import type { MadeBackup } from '@postgres-backuper/hosts';
import type { SettingsOf } from '@postgres-backuper/options';
import { type Repository, survey } from '@postgres-backuper/repository';

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
  { destinations }: { readonly destinations: readonly Repository[] },
  context: Context,
): Promise<MadeBackup> {
  const repository = destinations.find((_, index) => made.destinations[index]?.committed === true);
  const anomalies = repository === undefined ? [] : await look(made, limitsOf(settings), repository, context);
  for (const { text } of anomalies) {
    context.emit({ type: 'warning', text: `'${made.database}' differs from its last backups: ${text}` });
  }
  return { ...made, anomalies };
}

async function look(
  { name, label }: BackupResult,
  limits: Limits,
  repository: Repository,
  { clock, signal, emit }: Context,
): Promise<readonly Anomaly[]> {
  try {
    const { backups } = await survey({ name, signal }, repository);
    const upTo = backups.findIndex((backup) => backup.label === label) + 1; // not those of runs at the same time
    return anomaliesOf(backups.slice(0, upTo), { now: clock.now(), limits });
  } catch (error) {
    signal.throwIfAborted();
    const { message } = toBackuperError(error);
    emit({ type: 'warning', text: `'${name}' was not compared with its last backups: ${message}` });
    return [];
  }
}
