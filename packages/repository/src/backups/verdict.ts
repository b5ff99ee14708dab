import type { Context } from '@postgres-backuper/base';
import type { BackupId } from '@postgres-backuper/format';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { isGone } from './commits.ts';
import { type Verification, writeLastRecord } from './records.ts';

export interface Verdict extends BackupId, Pick<Verification, 'level' | 'ok'> {
  /** For people: no names of tables, no texts of a server. */
  readonly details: object;
}

/**
 * Writes the verdict beside the backup, and nothing beside one that was deleted meanwhile: a deletion takes the commit
 * first, so it is looked for before and after. `ignored`: it condemns, is not signed, and who trusts one signer does not
 * count it. Errors: those of the storage and of the signer.
 */
export async function writeVerdict(
  { name, label, level, ok, details }: Verdict,
  repository: Repository,
  context: Pick<Context, 'clock' | 'tool'> & CallOptions,
): Promise<'stored' | 'ignored' | 'gone'> {
  const { storage, signer, trusted } = repository;
  const options = { signal: context.signal };
  const id = { name, label };
  if (await isGone(id, repository, options)) return 'gone';
  const kind = `verify-${level}-${ok ? 'ok' : 'failed'}` as const;
  const key = await writeLastRecord({ ...id, kind, details }, repository, context);
  if (await isGone(id, repository, options)) {
    await storage.remove([key], options);
    return 'gone';
  }
  return !ok && trusted !== undefined && signer === undefined ? 'ignored' : 'stored';
}
