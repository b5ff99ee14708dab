import { BackuperError, type Context, isBackuperError, numberOf, say } from '@postgres-backuper/base';
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
import { type RekeyedSet, requireRekeyable, setsOf } from './rekey/sets-of.ts';

export interface RekeyRequest {
  readonly name: string;
  /** Undefined: every backup of the name. */
  readonly label: string | undefined;
}

/**
 * Makes backups readable for the cipher's recipients instead of those that they are for. Each set (a full with its differentials) is stored
 * anew under labels of the same times: the same encrypted segments, of which only the session keys are encrypted anew. When
 * all of a set are committed, the former objects are removed; a run that is cut off leaves the former ones whole, and the next run does the
 * rest. Of all, a set that cannot be rekeyed does not stop the others. Errors: rekey-incomplete, with the result; label-unknown, backup-none, configuration-invalid; key-missing, also for a signed backup without a signing key; verification-failed
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
  const left = tellLeftOut(found, context);
  const asked = label === undefined ? undefined : selectBackup({ name, label }, found).label;
  const backups: RekeyedBackup[] = [];
  const errors: BackuperError[] = [];
  for (const set of setsOf(found, asked)) {
    const made = await rekeyOneSet(set, { found, repository }, context).catch((error: unknown) => {
      signal.throwIfAborted();
      if (label !== undefined || !isOfSet(error)) throw error;
      errors.push(error);
      context.emit({ type: 'warning', text: error.message, hint: error.hint });
      left.push(...set.map((one) => one.label));
      return [];
    });
    backups.push(...made);
  }
  if (backups.length === 0) throw errors[0] ?? nothing(name);
  const result = {
    ...{ name, location: repository.storage.location, recipients: repository.cipher.recipients, backups },
    durationMs: Math.round(clock.elapsed() - begunAt),
  };
  if (label === undefined && left.length > 0) throw incomplete(left, result);
  return result;
}

async function rekeyOneSet(
  set: RekeyedSet,
  { found, repository }: { readonly found: Survey; readonly repository: Repository },
  context: Context,
): Promise<readonly RekeyedBackup[]> {
  const [{ commit }] = set;
  requireRekeyable(set, { found, repository });
  const made = await rekeySet(set, { found, repository }, context);
  const removed = await removeRekeyed(commit.name, { made, repository }, context);
  await note(commit.name, { made, repository }, context);
  return made.map((one) => ({ ...one, removed: removed.has(one.label) }));
}

/** Whether an error says nothing about the other sets. */
function isOfSet(error: unknown): error is BackuperError {
  if (isBackuperError(error, 'key-wrong', 'configuration-invalid', 'full-missing')) return true;
  return isBackuperError(error) && error.kind === 'damage';
}

/** Whoever destroys the former key must know what needs it still. */
function incomplete(left: readonly string[], result: RekeyResult): BackuperError {
  const some = left.length > 3 ? `${left.slice(0, 3).join(', ')} and ${left.length - 3} more` : left.join(', ');
  const text = `${numberOf(left.length, 'backup')} of '${result.name}' could not be rekeyed (${some})`;
  const hint = `keep the former key: only it opens them; ${say.command('verify')} shows which can be read`;
  return new BackuperError('rekey-incomplete', text, { hint, result });
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

/** The labels of those that cannot be rekeyed because they, or their fulls, cannot be read. */
function tellLeftOut({ backups, damaged }: Survey, { emit }: Context): string[] {
  const fulls = new Set(backups.filter(({ parent }) => parent === null).map((one) => one.label));
  const alone = backups.filter(({ parent }) => parent !== null && !fulls.has(parent));
  const left = [...damaged, ...alone].map((one) => one.label);
  for (const one of left)
    emit({ type: 'warning', text: `'${one}' is not rekeyed: it, or its full, cannot be read or trusted here` });
  return left;
}

function nothing(name: string): BackuperError {
  return new BackuperError('backup-none', `no backup of '${name}' can be read, so none can be rekeyed`, {
    hint: 'look at the errors of the damaged ones first',
  });
}
