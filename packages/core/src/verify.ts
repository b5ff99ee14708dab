import type { Context } from './context.ts';
import { BackuperError } from './errors.ts';
import type { Commit } from './format/commit.ts';
import { listBackups } from './repository/commits.ts';
import { findBackup } from './repository/find.ts';
import type { Repository } from './repository/repository.ts';
import type { VerifiedBackup, VerifyRequest, VerifyResult, VerifyServices } from './verify/contract.ts';
import type { Damage } from './verify/damage.ts';
import { runDrill } from './verify/run-drill.ts';
import { recordVerdict, verificationFailed } from './verify/verdict.ts';
import { verifyContent } from './verify/verify-content.ts';
import { verifyStored } from './verify/verify-stored.ts';

export type {
  DrillPlace,
  VerifiedBackup,
  VerifyLevel,
  VerifyRequest,
  VerifyResult,
  VerifyServices,
} from './verify/contract.ts';

/**
 * Proves backups: `stored` every object is there, `content` every byte is right, `restore` a drill. The verdict is
 * recorded beside each backup. Errors: verification-failed with the whole result when anything is damaged; key-missing,
 * key-wrong, those of the storage and of the server, which say nothing about the backups.
 */
export async function verify(
  request: VerifyRequest,
  services: VerifyServices,
  context: Context,
): Promise<VerifyResult> {
  const begunAt = context.clock.elapsed();
  const { commits, damaged } = await chosen(request, services.repository, context);
  const backups: VerifiedBackup[] = [...damaged];
  for (const commit of commits) {
    const verified = await verifyOne(commit, request, services, context);
    backups.push(verified);
    await recordVerdict(verified, { request, repository: services.repository }, context);
  }
  const result: VerifyResult = {
    level: request.level,
    backups,
    durationMs: Math.round(context.clock.elapsed() - begunAt),
    originChecked: services.repository.trusted !== undefined,
  };
  const bad = backups.filter(({ ok }) => !ok);
  if (bad.length > 0) throw verificationFailed(bad, result);
  return result;
}

async function chosen(
  { name, target }: VerifyRequest,
  repository: Repository,
  { signal }: Context,
): Promise<{ readonly commits: readonly Commit[]; readonly damaged: readonly VerifiedBackup[] }> {
  if (!('all' in target)) {
    const { commit } = await findBackup({ name, target, signal }, repository);
    return { commits: [commit], damaged: [] };
  }
  const found = await listBackups({ name, signal, fresh: true }, repository);
  if (found.backups.length + found.damaged.length === 0) {
    throw new BackuperError('backup-none', `there is no backup of '${name}'`, { hint: "'list' shows all names" });
  }
  const damaged = found.damaged.map(({ label, error }) => ({
    ...{ label, ok: false, objects: 0, extra: [], tables: [], notTested: [] },
    damage: [{ text: error.message }],
  }));
  return { commits: found.backups.map(({ commit }) => commit), damaged };
}

async function verifyOne(
  commit: Commit,
  request: VerifyRequest,
  services: VerifyServices,
  context: Context,
): Promise<VerifiedBackup> {
  const { repository } = services;
  const { label } = commit;
  context.emit({ type: 'phase', phase: 'validate', text: `verifying '${label}' (${request.level})` });
  const stored = await verifyStored(commit, repository, context);
  for (const key of stored.extra) context.emit({ type: 'notice', text: `object '${key}' belongs to no backup` });
  const { objects, extra } = stored;
  if (request.level === 'stored')
    return verdict({ label, objects, extra, damage: stored.damage, tables: [], notTested: [] });
  const deeper =
    request.level === 'content'
      ? { ...(await verifyContent(commit, services, context)), notTested: [] }
      : await runDrill(commit, request, services, context);
  const damage = [...deeper.damage, ...unmentioned(stored.damage, deeper.damage)];
  return verdict({ label, objects, extra, damage, tables: deeper.tables, notTested: deeper.notTested });
}

/** What the listing tells and reading did not meet, e.g. a missing object that a drill does not need. */
function unmentioned(listed: readonly Damage[], found: readonly Damage[]): Damage[] {
  return listed.filter(
    ({ object }) =>
      object !== undefined && !found.some((damage) => damage.object === object || damage.text.includes(`'${object}'`)),
  );
}

function verdict(found: Omit<VerifiedBackup, 'ok'>): VerifiedBackup {
  return { ...found, ok: found.damage.length === 0 };
}
