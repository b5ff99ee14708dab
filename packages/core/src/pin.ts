import type { Context } from './context.ts';
import { selectBackup } from './repository/find.ts';
import { requireProof, writeRecord } from './repository/records.ts';
import type { Repository } from './repository/repository.ts';
import { survey } from './repository/survey.ts';

export interface PinRequest {
  readonly name: string;
  /** With or without its suffix. */
  readonly label: string;
}

export interface PinResult {
  readonly name: string;
  readonly label: string;
  readonly pinned: boolean;
  /** False: it was so before. */
  readonly changed: boolean;
}

/** Keeps a backup whatever the retention says. Errors: label-unknown, label-ambiguous, those of the storage. */
export function pin(
  request: PinRequest,
  services: { readonly repository: Repository },
  context: Context,
): Promise<PinResult> {
  return setPinned({ ...request, pinned: true }, services, context);
}

/** Leaves a backup to the retention again. Errors: as pin; key-missing, when only signed words count and none can be signed. */
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
  const { label } = selectBackup({ name, label: wanted }, found);
  const changed = found.backups.find((backup) => backup.label === label)?.pinned !== pinned;
  if (changed) await writeRecord({ name, label, kind: pinned ? 'pin' : 'unpin' }, repository, context);
  return { name, label, pinned, changed };
}
