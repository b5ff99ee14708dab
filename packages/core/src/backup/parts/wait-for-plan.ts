import { BackuperError, type Context, formatDuration, say } from '@postgres-backuper/base';
import { type PartsPlan, parseRecordKey, recordPrefix } from '@postgres-backuper/format';
import { type Repository, readCommitIfThere } from '@postgres-backuper/repository';
import { holderGone } from './holder-watch.ts';
import { type PartsPlace, readPlanIfThere } from './parts-storage.ts';

/** Pause between two looks for the plan, milliseconds. */
const LOOK_EVERY_MS = 1000;
/** Looks for the plan, for one at the records. */
const LOOKS_FOR_RECORDS = 10;

/**
 * The plan of a backup; undefined: the backup is whole already. Errors: holder-gone when the run that was to make it has
 * failed; parts-missing after `timeoutMs`; those of readPlanIfThere.
 */
export async function waitForPlan(
  { place, timeoutMs }: { readonly place: PartsPlace; readonly timeoutMs: number },
  repositories: readonly Repository[],
  { clock, emit, signal }: Context,
): Promise<PartsPlan | undefined> {
  const begunAt = clock.elapsed();
  for (let looks = 0; ; looks += 1) {
    const plan = await readPlanIfThere(place, { signal });
    if (plan !== undefined) return plan;
    if (await isWhole(place, repositories, { signal })) return undefined;
    if (looks % LOOKS_FOR_RECORDS === 0 && (await hasFailed(place, { signal }))) throw holderGone();
    if (clock.elapsed() - begunAt > timeoutMs) throw noPlan(place.id.label, timeoutMs);
    if (looks === 0) emit({ type: 'notice', text: `waiting for the plan of '${place.id.label}'` });
    await clock.sleep(LOOK_EVERY_MS, { signal });
  }
}

/** Whether the run says so in all repositories that work: it notes its failure where it can. Errors: cancelled. */
async function hasFailed({ id, destinations }: PartsPlace, { signal }: Pick<Context, 'signal'>): Promise<boolean> {
  const working = destinations.filter(({ failure }) => failure === undefined);
  const said = working.map(async ({ storage }) => {
    for await (const { key } of storage.list(recordPrefix(id), { signal }))
      if (parseRecordKey(key)?.kind === 'backup-failed') return true;
    return false;
  });
  const ends = await Promise.allSettled(said);
  signal.throwIfAborted();
  return ends.every((end) => end.status === 'fulfilled' && end.value);
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
