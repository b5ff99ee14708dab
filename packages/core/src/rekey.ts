import { BackuperError, type Context, say } from '@postgres-backuper/base';
import {
  noBackup,
  noteRun,
  type Repository,
  requireProof,
  type Survey,
  selectBackup,
  survey,
} from '@postgres-backuper/repository';
import type { MadeBackup, RekeyedBackup, RekeyResult } from './rekey/contract.ts';
import { rekeySet } from './rekey/rekey-set.ts';
import { removeRekeyed } from './rekey/remove-rekeyed.ts';
import { requireRekeyable, setsOf } from './rekey/sets-of.ts';

export interface RekeyRequest {
  readonly name: string;
  /** Undefined: every backup of the name. */
  readonly label: string | undefined;
}

/**
 * Makes backups readable for the cipher's recipients instead of those that they are for. Each set (a full with its differentials) is stored
 * anew under labels of the same times: the same encrypted segments, of which only the session keys are encrypted anew. When
 * all of a set are committed, the former objects are removed; a run that is cut off leaves the former ones whole, and the next run does the
 * rest. Errors: label-unknown, backup-none, configuration-invalid; key-missing, also for a signed backup without a signing key; verification-failed
 * for a set with a backup known to be damaged; those of the storage and of the keys.
 */
export async function rekey(
  { name, label }: RekeyRequest,
  { repository }: { readonly repository: Repository },
  context: Context,
): Promise<RekeyResult> {
  const begunAt = context.clock.elapsed();
  const { signal, clock } = context;
  requireProof('a rekeyed backup', repository);
  requireTrust(repository);
  const found = await survey({ name, signal, fresh: true }, repository);
  if (found.backups.length + found.damaged.length === 0) throw await noBackup(name, repository, { signal });
  tellLeftOut(found, context);
  const asked = label === undefined ? undefined : selectBackup({ name, label }, found).label;
  const backups: RekeyedBackup[] = [];
  for (const set of setsOf(found, asked)) {
    requireRekeyable(set, { found, repository });
    const made = await rekeySet(set, { found, repository }, context);
    const removed = await removeRekeyed(name, { made, repository }, context);
    await note(name, { made, repository }, context);
    backups.push(...made.map((one) => ({ ...one, removed: removed.has(one.label) })));
  }
  if (backups.length === 0) throw nothing(name);
  return {
    ...{ name, location: repository.storage.location, recipients: repository.cipher.recipients, backups },
    durationMs: Math.round(clock.elapsed() - begunAt),
  };
}

async function note(
  name: string,
  { made, repository }: { readonly made: readonly MadeBackup[]; readonly repository: Repository },
  context: Context,
): Promise<void> {
  const changed = made.filter(({ newLabel }) => newLabel !== null);
  if (changed.length === 0) return;
  const texts = changed.map((one) => `${one.label} is ${one.newLabel} now`);
  await noteRun({ name, kind: 'rekeyed', labels: changed.map((one) => one.label), texts }, repository, context);
}

/** Else the signature of this run would make a backup trusted that anybody may have stored. */
function requireTrust({ signer, trusted }: Repository): void {
  if (signer === undefined || trusted !== undefined) return;
  throw new BackuperError('key-missing', 'backups are signed anew only where their own signatures are checked', {
    hint: `set ${say.option('signerKey')}, the public key of ${say.given('signingKey')}`,
  });
}

/** Whoever destroys the former key must know what needs it still. */
function tellLeftOut({ backups, damaged }: Survey, { emit }: Context): void {
  const fulls = new Set(backups.filter(({ parent }) => parent === null).map((one) => one.label));
  const alone = backups.filter(({ parent }) => parent !== null && !fulls.has(parent));
  for (const one of [...damaged, ...alone])
    emit({ type: 'warning', text: `'${one.label}' is not rekeyed: it, or its full, cannot be read or trusted here` });
}

function nothing(name: string): BackuperError {
  return new BackuperError('backup-none', `no backup of '${name}' can be read, so none can be rekeyed`, {
    hint: 'look at the errors of the damaged ones first',
  });
}
