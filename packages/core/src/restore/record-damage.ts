import { type BackuperError, type Context, type ErrorCode, say, toBackuperError } from '@postgres-backuper/base';
import type { BackupId } from '@postgres-backuper/format';
import { condemnNamed, type Repository, writeVerdict } from '@postgres-backuper/repository';

/** They depend on the signers that this reader trusts, or on what else is there now, not on the backup. */
const OF_OTHERS: readonly ErrorCode[] = ['signature-missing', 'signature-invalid', 'full-missing'];

/**
 * Records damage found while a backup was read, as `verify` does, for status, latest and prune. A read-only repository
 * must not hide the error: rejects only after a cancel.
 */
export async function recordDamage(
  error: BackuperError,
  id: BackupId,
  { repository, context }: { readonly repository: Repository; readonly context: Context },
): Promise<void> {
  if (OF_OTHERS.includes(error.code)) return;
  // rows that differ though every hash matched: only a restore can find and revoke that
  const level = error.code === 'restore-differs' ? 'restore' : 'content';
  const verdict = { ...id, end: { level, verdict: 'failed' }, details: { error: error.code } } as const;
  try {
    const written = await writeVerdict(verdict, repository, context);
    const seen = { ...id, texts: [error.message], details: { error: error.code, seenIn: id.label } };
    await condemnNamed(seen, repository, context);
    if (written === 'ignored') tell(context, `the damage of '${id.label}' is recorded without a signature`);
  } catch (failed) {
    context.signal.throwIfAborted();
    tell(context, `the damage of '${id.label}' could not be recorded: ${toBackuperError(failed).message}`);
  }
}

function tell({ emit }: Context, text: string): void {
  emit({
    type: 'notice',
    text: `${text}, and status does not know of it: run ${say.command('verify')} where it can be`,
  });
}
