import type { Context } from '@postgres-backuper/base';
import type { BackupId, RecordKind, VerificationEnd } from '@postgres-backuper/format';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { isGone } from './read-commit.ts';
import { writeLastRecord } from './records.ts';
import { othersNamed } from './standing.ts';

/** A sample that found nothing wrong is recorded, and is no verification of the backup. */
export type RecordedEnd = VerificationEnd | { readonly level: 'sample'; readonly verdict: 'ok' };

export interface Verdict extends BackupId {
  readonly end: RecordedEnd;
  /** For people: without names of tables and messages of a server. */
  readonly details: object;
}

/**
 * Writes the verdict beside the backup, but not beside a deleted one: a deletion removes the commit first, so it is
 * looked up before and after. `ignored`: an unsigned verdict of damage, which does not count with a trusted signer.
 * Errors: those of the storage and of the signer.
 */
export async function writeVerdict(
  { name, label, end, details }: Verdict,
  repository: Repository,
  context: Pick<Context, 'clock' | 'tool' | 'by'> & CallOptions,
): Promise<'stored' | 'ignored' | 'gone'> {
  const { storage, signer, trusted } = repository;
  const options = { signal: context.signal };
  const id = { name, label };
  if (await isGone(id, repository, options)) return 'gone';
  const kind = kindOf(end);
  const key = await writeLastRecord({ ...id, kind, details }, repository, context);
  if (await isGone(id, repository, options)) {
    await storage.remove([key], options);
    return 'gone';
  }
  return end.verdict === 'failed' && trusted !== undefined && signer === undefined ? 'ignored' : 'stored';
}

/**
 * Records damage of other backups whose objects the texts name: that of its full when a differential was read. Else only
 * the one differential would count as damaged. Errors: as writeVerdict.
 */
export async function condemnNamed(
  { texts, details, ...id }: BackupId & { readonly texts: readonly string[]; readonly details: object },
  repository: Repository,
  context: Pick<Context, 'clock' | 'tool'> & CallOptions,
): Promise<void> {
  const end = { level: 'content', verdict: 'failed' } as const;
  for (const label of othersNamed(id, texts))
    await writeVerdict({ name: id.name, label, end, details }, repository, context);
}

function kindOf(end: RecordedEnd): RecordKind {
  if (end.level === 'sample') return 'verify-sample-ok';
  return end.level === 'restore' ? `verify-restore-${end.verdict}` : `verify-${end.level}-${end.verdict}`;
}
