import { BackuperError, type Context, say, toBackuperError } from '@postgres-backuper/base';
import { type Repository, writeVerdict } from '@postgres-backuper/repository';
import type { VerifiedBackup, VerifyRequest, VerifyResult } from './contract.ts';

/** Only warns if the repository cannot be written (read-only role): the result still has the verdict. */
export async function recordVerdict(
  { label, ok, damage, objects, tables }: VerifiedBackup,
  { request: { name, level }, repository }: { readonly request: VerifyRequest; readonly repository: Repository },
  context: Context,
): Promise<void> {
  const details = { objects, tables: tables.length, damage: damage.map(({ object }) => object ?? null) };
  try {
    const written = await writeVerdict({ name, label, level, ok, details }, repository, context);
    if (written !== 'ignored') return;
    const text = `the verdict on '${label}' is not signed and counts for nobody`;
    context.emit({ type: 'warning', text, hint: UNSIGNED });
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
