import { BackuperError, type Context, say } from '@postgres-backuper/base';
import type { Commit } from '@postgres-backuper/format';
import {
  type Damage,
  type DamagedBackup,
  findBackup,
  isGone,
  listBackups,
  newestUsable,
  noBackup,
  type Repository,
  readCommitIfThere,
  survey,
  TRIES,
} from '@postgres-backuper/repository';
import { assertionFailed, unmetText } from './restore/assert-database.ts';
import type { VerifiedBackup, VerifyRequest, VerifyResult, VerifyServices } from './verify/contract.ts';
import { runDrill } from './verify/run-drill.ts';
import { drillDegraded, recordVerdict, tellDegraded, verificationFailed } from './verify/verdict.ts';
import { verifyContent } from './verify/verify-content.ts';
import { verifySample } from './verify/verify-sample.ts';
import { createStoredChecks, type StoredChecks } from './verify/verify-set.ts';

/**
 * Verifies backups: `stored` every object exists, `sample` also a part of the bytes is right, `content` every byte is right, `restore` a drill. The verdict is
 * recorded beside each backup. Errors, with the whole result: verification-failed when anything is damaged,
 * assertion-failed; drill-inconclusive when a server lacks extensions that tables need, with `strict` drill-degraded; key-missing,
 * key-wrong, those of the storage and of the server, which are no verdict on the backups.
 */
export async function verify(
  request: VerifyRequest,
  services: VerifyServices,
  context: Context,
): Promise<VerifyResult> {
  const begunAt = context.clock.elapsed();
  const backups = await verifyChosen(request, services, context);
  const result: VerifyResult = {
    level: request.level,
    backups,
    durationMs: Math.round(context.clock.elapsed() - begunAt),
    originChecked: services.repository.trusted !== undefined,
  };
  const bad = backups.filter(({ ok }) => !ok);
  if (bad.length > 0) throw verificationFailed(bad, result);
  const unmet = unmetText(backups.flatMap(({ assertions }) => assertions));
  if (unmet !== undefined) throw assertionFailed(`in the drill ${unmet}`, { hint: SAME_ROWS, result });
  const degraded = backups.filter(({ verdict }) => verdict === 'degraded');
  if (request.strict === true && degraded.length > 0) throw drillDegraded(degraded, result);
  return result;
}

const SAME_ROWS = 'the rows are those of the backup: look for what wrote them, and for a backup of before';

/** Returns at least one. Chooses again when all chosen backups were deleted meanwhile. Errors: backup-none. */
async function verifyChosen(
  request: VerifyRequest,
  services: VerifyServices,
  context: Context,
): Promise<VerifiedBackup[]> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const found = await chosen(request, services.repository, context);
    const backups = [...found.damaged, ...(await verifyAll(found.commits, request, services, context))];
    if (backups.length > 0) return backups;
    if ('label' in request.target) break;
  }
  throw new BackuperError('backup-none', `what was to be verified of '${request.name}' was deleted meanwhile`, {
    hint: `${say.command('list')} shows what is there`,
  });
}

/** Omits backups that were deleted meanwhile. */
async function verifyAll(
  commits: readonly Commit[],
  request: VerifyRequest,
  services: VerifyServices,
  context: Context,
): Promise<VerifiedBackup[]> {
  const { repository } = services;
  const checkStored = createStoredChecks(repository, context);
  const backups: VerifiedBackup[] = [];
  for (const commit of commits) {
    const verified = await verifyOne(commit, request, { ...services, checkStored }, context);
    if (!verified.ok && (await isDeleted(commit, repository, context))) continue;
    backups.push(verified);
    if (verified.verdict === 'degraded') tellDegraded(verified, context);
    await recordVerdict(verified, { request, repository }, context);
  }
  return backups;
}

/** A concurrent prune may have deleted the backup: then a missing object is no damage. */
async function isDeleted(commit: Commit, repository: Repository, { emit, signal }: Context): Promise<boolean> {
  if (!(await isGone(commit, repository, { signal }))) return false;
  emit({ type: 'notice', text: `'${commit.label}' was deleted while it was verified` });
  return true;
}

interface Chosen {
  readonly commits: readonly Commit[];
  readonly damaged: readonly VerifiedBackup[];
}

async function chosen({ name, target }: VerifyRequest, repository: Repository, context: Context): Promise<Chosen> {
  const { clock, signal } = context;
  if ('latest' in target) return newest(name, repository, context);
  if (!('all' in target)) {
    const { commit } = await findBackup({ name, target, signal }, repository, clock);
    return { commits: [commit], damaged: [] };
  }
  const found = await listBackups({ name, signal, fresh: true }, repository);
  if (found.backups.length + found.damaged.length === 0) throw await noBackup(name, repository, { signal });
  return { commits: found.backups.map(({ commit }) => commit), damaged: found.damaged.map(asVerified) };
}

/** The newest backup, usable or not. */
async function newest(name: string, repository: Repository, { clock, signal }: Context): Promise<Chosen> {
  const found = await survey({ name, signal }, repository);
  const { usable, passedOver } = newestUsable(found, { now: clock.now() });
  const label = passedOver.find(({ flaw }) => flaw !== 'future')?.label ?? usable?.label;
  const damaged = found.damaged.find((one) => one.label === label);
  if (damaged !== undefined) return { commits: [], damaged: [asVerified(damaged)] };
  if (label === undefined) throw await noBackup(name, repository, { signal });
  const commit = await readCommitIfThere({ name, label }, repository, { fresh: true, signal });
  return { commits: commit === undefined ? [] : [commit], damaged: [] };
}

function asVerified({ label, error }: DamagedBackup): VerifiedBackup {
  return verdict({ ...NOT_DRILLED, label, objects: 0, extra: [], tables: [], damage: [{ text: error.message }] });
}

async function verifyOne(
  commit: Commit,
  request: VerifyRequest,
  services: VerifyServices & { readonly checkStored: StoredChecks },
  context: Context,
): Promise<VerifiedBackup> {
  const { label } = commit;
  context.emit({ type: 'phase', phase: 'validate', text: `verifying '${label}' (${request.level})` });
  const stored = await services.checkStored(commit);
  for (const key of stored.extra) context.emit({ type: 'notice', text: `object '${key}' belongs to no backup` });
  const { objects, extra } = stored;
  const common = { ...NOT_DRILLED, label, objects, extra };
  if (request.level === 'stored') return verdict({ ...common, damage: stored.damage, tables: [] });
  const { damage: found, ...deeper } = await lookDeeper(commit, request, services, context);
  const others = unmentioned(stored.damage, found);
  const isFailed =
    others.length > 0 && 'verdict' in deeper ? ({ verdict: 'failed', inconclusive: false } as const) : {};
  return verdict({ ...common, ...deeper, objects, damage: [...found, ...others], ...isFailed });
}

async function lookDeeper(commit: Commit, request: VerifyRequest, services: VerifyServices, context: Context) {
  if (request.level === 'restore') return runDrill(commit, request, services, context);
  if (request.level === 'content') return verifyContent(commit, services, context);
  const sampled = await verifySample({ commit, share: request.share ?? 1 }, services, context);
  return { ...sampled, tables: [] };
}

const NOT_DRILLED = {
  sample: null,
  verdict: null,
  notTested: [],
  notRestored: [],
  inconclusive: false,
  assertions: [],
} as const;

/** Damage in the listing that reading did not meet, e.g. a missing object that a drill does not need. */
function unmentioned(listed: readonly Damage[], found: readonly Damage[]): Damage[] {
  return listed.filter(
    ({ object }) =>
      object !== undefined && !found.some((damage) => damage.object === object || damage.text.includes(`'${object}'`)),
  );
}

function verdict(found: Omit<VerifiedBackup, 'ok'>): VerifiedBackup {
  return { ...found, ok: found.damage.length === 0 };
}
