import { BackuperError, type Context, numberOf, say } from '@postgres-backuper/base';
import { labelTime } from '@postgres-backuper/format';
import {
  findRuns,
  isPinnedNow,
  type Repository,
  requireProof,
  type Survey,
  survey,
  writeLastRecord,
} from '@postgres-backuper/repository';
import { deleteSets } from '../prune/delete-sets.ts';
import type { MadeBackup } from './contract.ts';
import { pinNew } from './pin-new.ts';

/**
 * Removes the former backups of a set, all of which are committed anew: as `prune` does, so a full stays where a backup may have begun to
 * stand on it. Returns the labels of those that are gone. Errors: verification-failed, those of the storage.
 */
export async function removeRekeyed(
  name: string,
  { made, repository }: { readonly made: readonly MadeBackup[]; readonly repository: Repository },
  context: Context,
): Promise<ReadonlySet<string>> {
  const { signal } = context;
  const former = made.flatMap(({ label, newLabel }) => (newLabel === null ? [] : [{ label, newLabel }]));
  if (former.length === 0) return new Set();
  const found = await survey({ name, signal, fresh: true }, repository);
  requireNew(former, found);
  const unreadable = found.damaged.find(({ label }) => former.some((one) => one.label < label));
  if (unreadable !== undefined) {
    const text = `'${unreadable.label}' cannot be read and may stand on a former backup: the former ones stay`;
    context.emit({ type: 'warning', text, hint: `${say.command('verify')} shows what is wrong with it` });
    return new Set();
  }
  for (const one of former) await movePin({ name, ...one }, repository, context);
  const decisions = former.map(({ label }) => ({ label, action: 'delete', reasons: ['rekeyed'] }) as const);
  const leftOvers = await formerRuns(name, { labels: found.backups.map(({ label }) => label), repository }, context);
  const planned = { found, leftOvers, plan: { decisions } };
  const { deleted } = await deleteSets({ name, planned, repository, onRemove: () => undefined }, context);
  const kept = former.length - deleted.length;
  if (kept > 0)
    context.emit({
      type: 'warning',
      text: `${numberOf(kept, 'backup')} for the former recipients could not be removed`,
    });
  return new Set(deleted);
}

/** Hours may have passed since the first of them was stored. Errors: verification-failed, with nothing removed. */
function requireNew(
  former: readonly { readonly label: string; readonly newLabel: string }[],
  { backups }: Survey,
): void {
  const good = new Set(backups.filter(({ bad }) => !bad).map(({ label }) => label));
  const lost = former.find(({ label, newLabel }) => !good.has(newLabel) || !good.has(label));
  if (lost === undefined) return;
  const text = `'${lost.label}' or '${lost.newLabel}', which was made of it, is gone or known to be damaged by now`;
  throw new BackuperError('verification-failed', `${text}: nothing was removed`, {
    hint: `look at ${say.command('list')}, and let no ${say.command('prune')} run while backups are rekeyed`,
  });
}

/** A pin goes on the new backup, also one that was set meanwhile; else the former one would stay. Errors: key-missing. */
async function movePin(
  { name, label, newLabel }: { readonly name: string; readonly label: string; readonly newLabel: string },
  repository: Repository,
  context: Context,
): Promise<void> {
  const { signal } = context;
  if (!(await isPinnedNow({ name, label }, repository, { signal }))) return;
  requireProof('unpin', repository);
  await pinNew({ name, label: newLabel }, repository, context);
  await writeLastRecord({ name, label, kind: 'unpin' }, repository, context);
}

/** Runs that were cut off while they rekeyed: their labels have the time of a backup that is there. They stand on no former full. */
async function formerRuns(
  name: string,
  { labels, repository }: { readonly labels: readonly string[]; readonly repository: Repository },
  { signal }: Context,
): Promise<readonly { readonly label: string }[]> {
  const known = new Set(labels);
  const times = new Set(labels.map(labelTime));
  const runs = await findRuns({ name, known, signal }, repository.storage);
  return runs.filter((label) => times.has(labelTime(label))).map((label) => ({ label }));
}
