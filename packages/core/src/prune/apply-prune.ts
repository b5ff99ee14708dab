import type { Context } from '@postgres-backuper/base';
import { gatherCommits, noteRun, type Repository, sweepLeftOver } from '@postgres-backuper/repository';
import { deleteSets } from './delete-sets.ts';
import type { PrunePlan } from './plan-prune.ts';

type Planned = PrunePlan & { readonly repository: Repository };

/** What was removed, and what was about to be. */
interface Progress {
  /** Labels of left-overs. */
  readonly swept: string[];
  /** Labels of backups of which the commit may be gone. */
  readonly begun: string[];
  deleted: readonly string[];
  freedBytes: number;
}

/** Deletes what the plan says, the left-overs first, leaves an entry in the log, and gathers commits. Errors: those of the storage. */
export async function applyPrune(
  name: string,
  planned: Planned,
  context: Context,
): Promise<{ deleted: string[]; freedBytes: number }> {
  const progress: Progress = { swept: [], begun: [], deleted: [], freedBytes: 0 };
  try {
    await remove(name, { planned, progress }, context);
  } finally {
    await note(name, { planned, progress }, context);
  }
  const { deleted } = progress;
  await gatherCommits({ name, found: planned.found, deleted, signal: context.signal }, planned.repository.storage);
  return { deleted: [...progress.deleted], freedBytes: progress.freedBytes };
}

interface Work {
  readonly planned: Planned;
  readonly progress: Progress;
}

async function remove(name: string, { planned, progress }: Work, context: Context): Promise<void> {
  const { plan, leftOvers, repository } = planned;
  for (const { label, action, newestAt } of leftOvers) {
    if (action !== 'delete') continue;
    const swept = await sweepLeftOver({ name, label, newestAt }, repository, { signal: context.signal });
    if (swept.objects > 0) progress.swept.push(label);
    progress.freedBytes += swept.storedBytes;
  }
  if (plan.refusals.length > 0) return;
  const onRemove = (labels: readonly string[]) => progress.begun.push(...labels);
  const made = await deleteSets({ name, planned, repository, onRemove }, context);
  progress.deleted = made.deleted;
  progress.freedBytes += made.freedBytes;
}

/** Also after a prune that ended early: what it began to delete is gone, or a left-over. */
async function note(name: string, { planned, progress }: Work, context: Context): Promise<void> {
  const { plan, leftOvers, found, repository } = planned;
  const inOrder = plan.decisions.map(({ label }) => label).filter((label) => progress.begun.includes(label));
  const labels = [...inOrder, ...progress.swept];
  if (labels.length === 0) return;
  const reasons = new Map([
    ...leftOvers.map(({ label, reason }) => [label, reason] as const),
    ...plan.decisions.map((one) => [one.label, one.reasons.join(', ')] as const),
  ]);
  const notes = new Map(found.backups.map(({ label, commit }) => [label, commit.note]));
  const isWhole = progress.deleted.length === progress.begun.length;
  const ended = isWhole ? [] : ['the run ended before all of this was removed'];
  const texts = labels.map((label) => {
    const said = notes.get(label);
    return `${label}: ${reasons.get(label) ?? ''}${said === undefined ? '' : `, noted '${said}'`}`;
  });
  await noteRun({ name, kind: 'deleted', labels, texts: [...ended, ...texts] }, repository, context);
}
