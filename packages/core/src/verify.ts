import type { Context } from './context.ts';
import type { ComparedTable } from './drill/compare-tables.ts';
import { drill } from './drill/drill.ts';
import { startThrowAwayServer } from './drill/throw-away-server.ts';
import { BackuperError, toBackuperError } from './errors.ts';
import type { Commit } from './format/commit.ts';
import { openBackup } from './load/opened-backup.ts';
import type { Server } from './postgres/server.ts';
import { listBackups } from './repository/commits.ts';
import { findBackup, type Target } from './repository/find.ts';
import { writeRecord } from './repository/records.ts';
import type { Repository } from './repository/repository.ts';
import { collecting, type Damage } from './verify/damage.ts';
import type { CheckedTable } from './verify/file-check.ts';
import { verifyContent } from './verify/verify-content.ts';
import { verifyStored } from './verify/verify-stored.ts';

export type VerifyLevel = 'stored' | 'content' | 'restore';

export interface VerifyRequest {
  readonly name: string;
  readonly target: Target | { readonly all: true };
  readonly level: VerifyLevel;
  /** For level restore. Without it: a throw-away server of our own, 2 jobs. */
  readonly drill?: DrillPlace;
}

export interface DrillPlace {
  /** `given`: a scratch database on services.server; `throw-away`: a server made for the drill. */
  readonly where: 'given' | 'throw-away';
  readonly maintenanceDatabases: readonly string[];
  readonly jobs: number;
}

export interface VerifiedBackup {
  readonly label: string;
  readonly ok: boolean;
  readonly objects: number;
  /** All of it, not the first. */
  readonly damage: readonly Damage[];
  /** Objects beside the backup's own: harmless. */
  readonly extra: readonly string[];
  /** Level content: `ok` each; level restore: `proof` each. */
  readonly tables: readonly (CheckedTable | ComparedTable)[];
}

export interface VerifyResult {
  readonly level: VerifyLevel;
  readonly backups: readonly VerifiedBackup[];
  readonly durationMs: number;
  /** Whether the commits' origin was checked with a signer key. */
  readonly originChecked: boolean;
}

export interface VerifyServices {
  readonly repository: Repository;
  /** Level restore: where the drill runs; for a throw-away server only where its programs are. */
  readonly server?: Server;
}

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
    await record(verified, { request, repository: services.repository }, context);
  }
  const result: VerifyResult = {
    level: request.level,
    backups,
    durationMs: Math.round(context.clock.elapsed() - begunAt),
    originChecked: services.repository.trusted !== undefined,
  };
  const bad = backups.filter(({ ok }) => !ok);
  if (bad.length > 0) throw failed(bad, result);
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
  const found = await listBackups({ name, signal }, repository);
  if (found.backups.length + found.damaged.length === 0) {
    throw new BackuperError('backup-none', `there is no backup of '${name}'`, { hint: "'list' shows all names" });
  }
  const damaged = found.damaged.map(({ label, error }) => ({
    ...{ label, ok: false, objects: 0, extra: [], tables: [] },
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
  if (request.level === 'stored') return verdict({ label, objects, extra, damage: stored.damage, tables: [] });
  if (request.level === 'content') {
    const content = await verifyContent(commit, repository, context);
    const known = new Set(content.damage.map(({ object }) => object).filter((object) => object !== undefined));
    const mentioned = (damage: Damage) =>
      known.has(damage.object ?? '') || content.damage.some(({ text }) => text.includes(`'${damage.object}'`));
    const damage = [
      ...stored.damage.filter((item) => !mentioned(item) && item.object !== undefined),
      ...content.damage,
    ];
    return verdict({ label, objects, extra, damage, tables: content.tables });
  }
  return verdict({ label, objects, extra, ...(await runDrill(commit, request, services, context)) });
}

async function runDrill(
  commit: Commit,
  request: VerifyRequest,
  { repository, server }: VerifyServices,
  context: Context,
): Promise<{ damage: readonly Damage[]; tables: readonly ComparedTable[] }> {
  const damage: Damage[] = [];
  const place = request.drill ?? { where: 'throw-away', maintenanceDatabases: ['postgres', 'template1'], jobs: 2 };
  const tables = await collecting(damage, undefined, async () => {
    const backup = await openBackup({ name: request.name, target: { label: commit.label } }, repository, context);
    const env = server ?? { env: {}, binDirs: [] };
    if (place.where === 'given') return drill(backup, place, { server: env, context });
    const major = Number.parseInt(commit.serverVersion, 10);
    const own = await startThrowAwayServer({ env, major, roles: backup.catalog.roles }, context);
    try {
      return await drill(backup, place, { server: own.server, context });
    } finally {
      await own.stop();
    }
  });
  for (const { schema, table, proof } of tables ?? []) {
    if (proof !== 'failed') continue;
    const name = `${schema}.${table}`;
    damage.push({ table: name, text: `table '${name}' has other rows after a restore than in the backup` });
  }
  return { damage, tables: tables ?? [] };
}

function verdict(found: Omit<VerifiedBackup, 'ok'>): VerifiedBackup {
  return { ...found, ok: found.damage.length === 0 };
}

/** A repository that cannot be written (read-only role) is no reason to lose the verdict. */
async function record(
  { label, ok, damage, objects, tables }: VerifiedBackup,
  { request, repository }: { readonly request: VerifyRequest; readonly repository: Repository },
  context: Context,
): Promise<void> {
  const kind = `verify-${request.level}-${ok ? 'ok' : 'failed'}` as const;
  const details = { objects, tables: tables.length, damage: damage.map(({ object }) => object ?? null) };
  try {
    await writeRecord({ name: request.name, label, kind, details }, repository, context);
  } catch (error) {
    context.signal.throwIfAborted();
    context.emit({ type: 'warning', text: `the verdict could not be recorded: ${toBackuperError(error).message}` });
  }
}

function failed(bad: readonly VerifiedBackup[], result: VerifyResult): BackuperError {
  const [first] = bad;
  const count = bad.reduce((sum, { damage }) => sum + damage.length, 0);
  const more = count > 1 ? ` (and ${count - 1} more)` : '';
  const text = first?.damage[0]?.text ?? 'it is damaged';
  return new BackuperError('verification-failed', `backup '${first?.label}' is damaged: ${text}${more}`, {
    hint: 'make a new backup now, and do not delete older good ones',
    result,
  });
}
