import { type Context, isBackuperError, numberOf } from '@postgres-backuper/base';
import {
  deleteBackups,
  hasIndex,
  isPinnedNow,
  type Repository,
  standOnNow,
  whyNotSwept,
  writeRecord,
} from '@postgres-backuper/repository';
import type { PrunePlan } from './plan-prune.ts';

/** What a deletion takes of a plan. */
interface PlannedDeletion extends Pick<PrunePlan, 'found'> {
  readonly leftOvers: readonly { readonly label: string }[];
  readonly plan: { readonly decisions: readonly { readonly label: string; readonly action: 'keep' | 'delete' }[] };
}

interface Work {
  readonly name: string;
  readonly planned: PlannedDeletion;
  readonly repository: Repository;
  /** Called before each removal: with the labels of backups of which the commits are then removed. */
  readonly onRemove: (labels: readonly string[]) => void;
}

/**
 * Deletes the backups that the plan deletes: the differentials first, each whole, then the fulls on which none is left.
 * So an interrupted run leaves no differential without its full. Errors: those of the storage.
 */
export async function deleteSets(
  work: Work,
  context: Context,
): Promise<{ readonly deleted: string[]; readonly freedBytes: number }> {
  const { name, planned, repository } = work;
  const { backups } = planned.found;
  const doomed = new Set(planned.plan.decisions.flatMap(({ label, action }) => (action === 'delete' ? [label] : [])));
  const deleted: string[] = [];
  let freedBytes = 0;
  const remove = async (labels: readonly string[]): Promise<void> => {
    const ids = labels.map((label) => ({ name, label }));
    work.onRemove(labels);
    freedBytes += (await deleteBackups(ids, repository, { signal: context.signal })).storedBytes;
    deleted.push(...labels);
  };
  const doomedOf = (isFull: boolean): string[] =>
    backups.flatMap(({ label, parent }) => (doomed.has(label) && (parent === null) === isFull ? [label] : []));
  await remove(await sweepable(doomedOf(false), work, context));
  const left = new Set(backups.flatMap(({ label, parent }) => (deleted.includes(label) ? [] : [parent])));
  const fulls = await sweepable(
    doomedOf(true).filter((label) => !left.has(label)),
    work,
    context,
  );
  await remove(await withoutNewDifferentials(fulls, work, context));
  const order = planned.plan.decisions.map(({ label }) => label);
  return { deleted: deleted.sort((a, b) => order.indexOf(a) - order.indexOf(b)), freedBytes };
}

/** The backups that can be removed whole and are not pinned by now. A commit must not be removed without its data. */
async function sweepable(
  doomed: readonly string[],
  { name, repository }: Work,
  { emit, signal }: Context,
): Promise<string[]> {
  const { storage } = repository;
  const fit: string[] = [];
  for (const label of doomed) {
    const problem = await whyNotSwept({ name, label }, storage, { signal });
    if (problem === undefined && (await isPinnedNow({ name, label }, repository, { signal })))
      emit({ type: 'notice', text: `'${label}' has expired and was pinned just now: it stays` });
    else if (problem === undefined) fit.push(label);
    else emit({ type: 'warning', text: `'${label}' has expired and stays: ${problem}`, hint: LINKED });
  }
  return fit;
}

/**
 * The fulls on which no differential began since the plan was made. A record says of each that it is deleted, then the
 * repository is looked at again; a differential makes itself known first and looks for that record then. So whatever
 * the order, one of them sees the other.
 */
async function withoutNewDifferentials(
  fulls: readonly string[],
  { name, planned, repository }: Work,
  context: Context,
): Promise<string[]> {
  const { signal } = context;
  const fit: string[] = [];
  for (const label of fulls) {
    const id = { name, label };
    if (!(await hasIndex(id, repository, { signal }))) {
      fit.push(label);
      continue;
    }
    await sayGoing(id, repository, context);
    const onIt = await standOnNow(id, { ...planned, repository }, { signal });
    if (onIt.length === 0) fit.push(label);
    else
      context.emit({
        type: 'notice',
        text: `'${label}' has expired and stays: ${numberOf(onIt.length, 'backup')} may have begun to stand on it (${onIt.join(', ')})`,
      });
  }
  return fit;
}

/** A role that may only delete, and a full disk, take no record: then the look that follows must suffice. */
async function sayGoing(
  id: { readonly name: string; readonly label: string },
  repository: Repository,
  context: Context,
): Promise<void> {
  await writeRecord({ ...id, kind: 'prune-begun' }, repository, context).catch((error: unknown) => {
    context.signal.throwIfAborted();
    if (!isBackuperError(error)) throw error;
  });
}

export const LINKED = 'remove the link, or move the folder back to its place, and run prune again';
