import type { Context } from '@postgres-backuper/base';
import type { Commit } from '@postgres-backuper/format';
import { findBackup, noteRun, readFull, type Target } from '@postgres-backuper/repository';
import type { CopiedBackup, CopyResult, CopyServices } from './copy/contract.ts';
import { copyOne } from './copy/copy-one.ts';

export interface CopyRequest {
  readonly name: string;
  readonly target: Target;
}

/**
 * Copies a committed backup, and the full of a differential before it, to another repository, byte for byte: each
 * object is compared with the list of the backup when it is read, and the target with that list at the end. What is
 * there already is not sent again. The commit is stored last: a copy that is cut off counts for nothing, and the next
 * run goes on with it. The target is not pruned. Errors: those of findBackup and readFull; backup-exists when the target has
 * another backup of that label; object-missing, object-altered; objects-removed; those of both storages.
 */
export async function copy(request: CopyRequest, { from, to }: CopyServices, context: Context): Promise<CopyResult> {
  const begunAt = context.clock.elapsed();
  const { signal, clock } = context;
  const { commit, passedOver } = await findBackup({ ...request, signal }, from, clock);
  for (const { label, why } of passedOver)
    context.emit({ type: 'warning', text: `'${label}' is newer and was passed over: ${why}` });
  const full = commit.parent === null ? [] : [await readFull(commit, from, { fresh: true, signal })];
  const all: CopiedBackup[] = [];
  for (const one of [...full, commit]) {
    const copied = await copyOne(one, { from, to }, context);
    all.push(copied);
    if (!copied.wasThere) await noteCopy(one, { from, to }, context);
  }
  return {
    ...{ name: commit.name, label: commit.label, passedOver, copied: all },
    ...{ from: from.storage.location, to: to.storage.location },
    durationMs: Math.round(clock.elapsed() - begunAt),
    originChecked: from.trusted !== undefined,
  };
}

async function noteCopy({ name, label }: Commit, { from, to }: CopyServices, context: Context): Promise<void> {
  const texts = [`copied from ${from.storage.location}`];
  await noteRun({ name, kind: 'copied', labels: [label], texts }, to, context);
}
