import { BackuperError, type Context, say } from '@postgres-backuper/base';
import {
  deletedMeanwhile,
  type Repository,
  requireProof,
  selectBackup,
  survey,
  writeLastRecord,
} from '@postgres-backuper/repository';

export interface PinRequest {
  readonly name: string;
  /** With or without its suffix. */
  readonly label: string;
}

export interface PinResult {
  readonly name: string;
  readonly label: string;
  readonly pinned: boolean;
  /** The full on which a differential stands: it stays as long as the differential. */
  readonly parent: string | null;
  /** False: it already was in this state. */
  readonly changed: boolean;
}

/**
 * Keeps a backup regardless of the retention rules. Errors: label-unknown, label-ambiguous; backup-none when it was
 * deleted meanwhile; record-ignored; those of the storage.
 */
export function pin(
  request: PinRequest,
  services: { readonly repository: Repository },
  context: Context,
): Promise<PinResult> {
  return setPinned({ ...request, pinned: true }, services, context);
}

/** Removes a pin. Errors: as pin; key-missing when only signed records count and there is no signing key. */
export function unpin(
  request: PinRequest,
  services: { readonly repository: Repository },
  context: Context,
): Promise<PinResult> {
  return setPinned({ ...request, pinned: false }, services, context);
}

async function setPinned(
  { name, label: wanted, pinned }: PinRequest & { readonly pinned: boolean },
  { repository }: { readonly repository: Repository },
  context: Context,
): Promise<PinResult> {
  if (!pinned) requireProof('unpin', repository);
  const found = await survey({ name, signal: context.signal }, repository);
  const { label, commit } = selectBackup({ name, label: wanted }, found);
  const { parent } = commit;
  const changed = found.backups.find((backup) => backup.label === label)?.pinned !== pinned;
  if (!changed) return { name, label, pinned, parent, changed };
  const key = await writeLastRecord({ name, label, kind: pinned ? 'pin' : 'unpin' }, repository, context);
  await requireCounted({ name, label, pinned, key }, repository, context);
  return { name, label, pinned, parent, changed };
}

/** Meanwhile prune may delete the backup, or another run reverse the record. Errors: backup-none, record-ignored. */
async function requireCounted(
  { name, label, pinned, key }: PinRequest & { readonly pinned: boolean; readonly key: string },
  repository: Repository,
  { signal }: Context,
): Promise<void> {
  const { backups, damaged } = await survey({ name, signal }, repository);
  const found = backups.find((backup) => backup.label === label);
  if (found?.pinned === pinned) return;
  if (found === undefined && !damaged.some((backup) => backup.label === label)) {
    await repository.storage.remove([key], { signal }).catch(() => undefined); // else a later prune sweeps it
    throw deletedMeanwhile(label);
  }
  const word = pinned ? 'pin' : 'unpin';
  throw new BackuperError('record-ignored', `the ${word} of '${label}' was stored and does not count`, {
    hint: `another run may have stored a later one, or this one is not in order by the storage's clock: look at ${say.command('list')}, and ${word} again`,
  });
}
