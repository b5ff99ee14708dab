import { BackuperError, type Context, formatDuration, say } from '@postgres-backuper/base';
import type { PartsPlan } from '@postgres-backuper/format';
import { type Repository, readCommitIfThere } from '@postgres-backuper/repository';
import { type PartsPlace, readPlanIfThere } from './parts-storage.ts';

/** Pause between two looks for the plan, milliseconds. */
const LOOK_EVERY_MS = 1000;

/** The plan of a backup; undefined: the backup is whole already. Errors: parts-missing after `timeoutMs`; those of readPlanIfThere. */
export async function waitForPlan(
  { place, timeoutMs }: { readonly place: PartsPlace; readonly timeoutMs: number },
  repositories: readonly Repository[],
  { clock, emit, signal }: Context,
): Promise<PartsPlan | undefined> {
  const begunAt = clock.elapsed();
  let isTold = false;
  for (;;) {
    const plan = await readPlanIfThere(place, { signal });
    if (plan !== undefined) return plan;
    if (await isWhole(place, repositories, { signal })) return undefined;
    if (clock.elapsed() - begunAt > timeoutMs) throw noPlan(place.id.label, timeoutMs);
    if (!isTold) emit({ type: 'notice', text: `waiting for the plan of '${place.id.label}'` });
    isTold = true;
    await clock.sleep(LOOK_EVERY_MS, { signal });
  }
}

/** Whether the backup is committed in any repository. Errors: those of the storage. */
export async function isWhole(
  { id, destinations }: PartsPlace,
  repositories: readonly Repository[],
  { signal }: Pick<Context, 'signal'>,
): Promise<boolean> {
  for (const [index, repository] of repositories.entries()) {
    if (destinations[index]?.failure !== undefined) continue;
    if ((await readCommitIfThere(id, repository, { fresh: true, signal })) !== undefined) return true;
  }
  return false;
}

function noPlan(label: string, timeoutMs: number): BackuperError {
  return new BackuperError('parts-missing', `there is no plan of '${label}' after ${formatDuration(timeoutMs)}`, {
    hint: `look at the job with ${say.option('parts')}: it needs the same ${say.option('label')}, ${say.option('name')} and ${say.option('repository')}`,
  });
}
