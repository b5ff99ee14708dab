import type { Commit } from '@postgres-backuper/format';
import type { DamagedBackup } from './commits.ts';

/** Why a differential cannot be used: its full is missing or cannot be read (`damaged`), or a verification failed. */
export interface FullFlaw {
  readonly flaw: 'damaged' | 'failed';
  /** For people: `its full 'backup_…' is missing`. */
  readonly why: string;
}

interface Full {
  readonly commit: Commit;
  readonly bad: boolean;
}

/**
 * What is wrong with the full that a differential stands on; undefined: nothing that is known, or the backup is a full
 * itself. `backups`: all readable ones of the name, by label.
 */
export function fullFlaw(
  { parent, parentObjects }: Pick<Commit, 'parent' | 'parentObjects'>,
  backups: ReadonlyMap<string, Full>,
  damaged: readonly Pick<DamagedBackup, 'label'>[],
): FullFlaw | undefined {
  if (parent === null) return undefined;
  const full = backups.get(parent);
  const called = `its full '${parent}'`;
  if (full === undefined) {
    const isUnreadable = damaged.some(({ label }) => label === parent);
    return { flaw: 'damaged', why: `${called} ${isUnreadable ? 'cannot be read or trusted' : 'is missing'}` };
  }
  if (full.commit.type !== 'full') return { flaw: 'damaged', why: `'${parent}', on which it stands, is no full` };
  const { sizeBytes, sha256 } = full.commit.objects;
  if (sizeBytes !== parentObjects?.sizeBytes || sha256 !== parentObjects.sha256)
    return { flaw: 'damaged', why: `${called} is not the one on which it stands` };
  return full.bad ? { flaw: 'failed', why: `a verification or a restore found ${called} damaged` } : undefined;
}
