import { type Context, numberOf } from '@postgres-backuper/base';
import {
  findRuns,
  isPinnedNow,
  type Repository,
  requireProof,
  survey,
  writeLastRecord,
} from '@postgres-backuper/repository';
import { deleteSets } from '../prune/delete-sets.ts';
import type { MadeBackup } from './contract.ts';

/**
 * Removes the former backups of a set, all of which are committed anew: as `prune` does, so a full stays where a backup may have begun to
 * stand on it. Returns the labels of those that are gone. Errors: those of the storage.
 */
export async function removeRekeyed(
  name: string,
  { made, repository }: { readonly made: readonly MadeBackup[]; readonly repository: Repository },
  context: Context,
): Promise<ReadonlySet<string>> {
  const { signal } = context;
  const former = made.filter(({ newLabel }) => newLabel !== null).map(({ label }) => label);
  if (former.length === 0) return new Set();
  for (const label of former) await unpin({ name, label }, repository, context);
  const found = await survey({ name, signal, fresh: true }, repository);
  const decisions = former.map((label) => ({ label, action: 'delete', reasons: ['rekeyed'] }) as const);
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

/** The pin is on the new backup by now; else the former one would stay. Errors: key-missing. */
async function unpin(
  id: { readonly name: string; readonly label: string },
  repository: Repository,
  context: Context,
): Promise<void> {
  if (!(await isPinnedNow(id, repository, { signal: context.signal }))) return;
  requireProof('unpin', repository);
  await writeLastRecord({ ...id, kind: 'unpin' }, repository, context);
}

/** Runs that were cut off while they rekeyed: their labels have the time of a backup that is there. They stand on no former full. */
async function formerRuns(
  name: string,
  { labels, repository }: { readonly labels: readonly string[]; readonly repository: Repository },
  { signal }: Context,
): Promise<readonly { readonly label: string }[]> {
  const known = new Set(labels);
  const times = new Set(labels.map(timeOf));
  const runs = await findRuns({ name, known, signal }, repository.storage);
  return runs.filter((label) => times.has(timeOf(label))).map((label) => ({ label }));
}

function timeOf(label: string): string {
  return label.slice(0, label.lastIndexOf('_'));
}
