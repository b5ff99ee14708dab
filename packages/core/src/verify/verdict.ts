import { BackuperError, type Context, say, toBackuperError } from '@postgres-backuper/base';
import { isGone, type Repository, writeLastRecord } from '@postgres-backuper/repository';
import type { VerifiedBackup, VerifyRequest, VerifyResult } from './contract.ts';

/**
 * Writes the verdict beside the backup, and nothing beside one that was deleted meanwhile: a deletion takes the commit first,
 * so it is looked for before and after. A repository that cannot be written (read-only role) is no reason to lose the
 * verdict.
 */
export async function recordVerdict(
  { label, ok, damage, objects, tables }: VerifiedBackup,
  { request, repository }: { readonly request: VerifyRequest; readonly repository: Repository },
  context: Context,
): Promise<void> {
  const kind = `verify-${request.level}-${ok ? 'ok' : 'failed'}` as const;
  const details = { objects, tables: tables.length, damage: damage.map(({ object }) => object ?? null) };
  try {
    const id = { name: request.name, label };
    if (await isGone(id, repository, context)) return;
    const key = await writeLastRecord({ ...id, kind, details }, repository, context);
    if (await isGone(id, repository, context)) return await repository.storage.remove([key], context);
    if (!ok && repository.trusted !== undefined && repository.signer === undefined)
      context.emit({
        type: 'warning',
        text: `the verdict on '${label}' is not signed and counts for nobody`,
        hint: UNSIGNED,
      });
  } catch (error) {
    context.signal.throwIfAborted();
    context.emit({ type: 'warning', text: `the verdict could not be recorded: ${toBackuperError(error).message}` });
  }
}

const UNSIGNED = `verify with ${say.option('signingKey')}, so that status and prune know of this damage`;

/** The error that carries the whole result. */
export function verificationFailed(bad: readonly VerifiedBackup[], result: VerifyResult): BackuperError {
  const [first] = bad;
  const count = bad.reduce((sum, { damage }) => sum + damage.length, 0);
  const more = count > 1 ? ` (and ${count - 1} more)` : '';
  const text = first?.damage[0]?.text ?? 'it is damaged';
  return new BackuperError('verification-failed', `backup '${first?.label}' is damaged: ${text}${more}`, {
    hint: 'make a new backup now, and do not delete older good ones',
    result,
  });
}
