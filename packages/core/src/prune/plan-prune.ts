import { type Context, say } from '@postgres-backuper/base';
import {
  askStorageClock,
  type DamagedBackup,
  holdFulls,
  isFutureDated,
  newestUnfinished,
  newestUsable,
  type PlannedLeftOver,
  planLeftOvers,
  planRetention,
  type Repository,
  type RetentionPlan,
  requireProof,
  type Survey,
  type SurveyedBackup,
  serverChange,
  survey,
  type UnfinishedRun,
  type Unknown,
  writeRecord,
} from '@postgres-backuper/repository';
import type { PruneRequest } from './prune-request.ts';

/** What the repository holds, and what prune does with it. */
export interface PrunePlan {
  readonly found: Survey;
  readonly leftOvers: readonly PlannedLeftOver[];
  readonly plan: RetentionPlan;
}

/**
 * Reads the repository and plans what is deleted. A cache and our own clock suffice to keep, never to delete: outside
 * of a dry run a plan that deletes is made again from the commits themselves and with the storage's clock. Errors:
 * configuration-invalid, those of the storage.
 */
export async function planPrune(request: PruneRequest, repository: Repository, context: Context): Promise<PrunePlan> {
  const first = await lookAndPlan(request, { repository }, context);
  const fresh = first.plan.decisions.some(isDeletion);
  if (request.dryRun || (!fresh && !first.leftOvers.some(isDeletion))) return first;
  const storageNow = await askStorageClock(request.name, repository.storage, { signal: context.signal });
  return lookAndPlan(request, { repository, fresh, storageNow }, context);
}

function isDeletion({ action }: { readonly action: 'keep' | 'delete' }): boolean {
  return action === 'delete';
}

interface Look {
  readonly repository: Repository;
  /** Every commit is read from the storage itself. */
  readonly fresh?: boolean;
  /** Milliseconds since 1970. */
  readonly storageNow?: number | undefined;
}

async function lookAndPlan(
  request: PruneRequest,
  { repository, fresh = false, storageNow }: Look,
  context: Context,
): Promise<PrunePlan> {
  const { name } = request;
  const seen = await survey({ name, fresh, signal: context.signal }, repository);
  const found = await acceptServer(request, { repository, found: seen }, context);
  const now = context.clock.now();
  const { leftOvers, crashedRun } = await planLeftOvers({ name, found, now, storageNow }, repository, context.signal);
  const plan = (held?: ReadonlyMap<string, string>): RetentionPlan =>
    planRetention({
      ...{
        backups: found.backups,
        settings: request.retention,
        now,
        storageNow,
        crashedRun,
        force: request.force,
        held,
      },
      damagedNewest: newestUnfinished(found.damaged.map(asRun), { newest: newestUsable(found, { now }).usable, now }),
    });
  const first = plan();
  const held = await holdFulls(
    { fulls: doomedFulls(found, first), unknown: unknownBackups(found, leftOvers) },
    repository,
    { signal: context.signal },
  );
  return { found, leftOvers, plan: held.size === 0 ? first : plan(held) };
}

function doomedFulls({ backups }: Survey, { decisions }: RetentionPlan): readonly SurveyedBackup[] {
  const doomed = new Set(decisions.filter(isDeletion).map(({ label }) => label));
  return backups.filter(({ label, parent }) => parent === null && doomed.has(label));
}

/** Backups of which nobody knows on what they stand. */
function unknownBackups({ damaged }: Survey, leftOvers: readonly PlannedLeftOver[]): readonly Unknown[] {
  return [
    ...damaged.map(({ label }): Unknown => ({ label, is: 'unreadable' })),
    ...leftOvers.flatMap(({ label, mayRun }): Unknown[] => (mayRun ? [{ label, is: 'running' }] : [])),
  ];
}

function asRun({ label, storedAt }: DamagedBackup): UnfinishedRun {
  return { label, newestAt: storedAt };
}

/** With --accept-new-server: writes a record beside the newest backup, once. */
async function acceptServer(
  request: PruneRequest,
  { repository, found }: { repository: Repository; found: Survey },
  context: Context,
): Promise<Survey> {
  if (!request.acceptNewServer) return found;
  requireProof(say.option('acceptNewServer'), repository);
  const now = context.clock.now();
  const real = found.backups.filter((backup) => !isFutureDated(backup, now));
  const newest = real.at(-1);
  if (newest === undefined || serverChange(real.toReversed()) === undefined) return found;
  const { name, dryRun } = request;
  if (!dryRun) await writeRecord({ name, label: newest.label, kind: 'accept-new-server' }, repository, context);
  const accept = (backup: SurveyedBackup): SurveyedBackup =>
    backup === newest ? { ...backup, accepted: true } : backup;
  return { ...found, backups: found.backups.map(accept) };
}
