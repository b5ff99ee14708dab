import { BackuperError, say } from '@postgres-backuper/base';
import { type Commit, dataRootPrefix, parseLabel } from '@postgres-backuper/format';
import type { Repository } from '../repository.ts';
import type { DamagedBackup } from './commits.ts';
import { type ReadOptions, readCommitIfThere } from './read-commit.ts';

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
  const other = notTheFull({ parent, parentObjects }, full.commit);
  if (other !== undefined) return { flaw: 'damaged', why: other };
  return full.bad ? { flaw: 'failed', why: `a verification or a restore found ${called} damaged` } : undefined;
}

interface Standing {
  readonly parent: string | null;
  readonly parentObjects?: Commit['objects'] | undefined;
}

/** Why a backup with the label of the full is not the one on which a differential stands; undefined: it is. */
function notTheFull({ parent, parentObjects }: Standing, { type, objects }: Commit): string | undefined {
  if (type !== 'full') return `'${parent}', on which it stands, is no full`;
  const isSame = objects.sizeBytes === parentObjects?.sizeBytes && objects.sha256 === parentObjects.sha256;
  return isSame ? undefined : `its full '${parent}' is not the one on which it stands`;
}

/**
 * The commit of the full on which a differential stands: the one that the differential's commit covers. Errors:
 * full-missing; commit-invalid for another one; those of readCommit.
 */
export async function readFull(
  { name, label, parent, parentObjects }: Pick<Commit, 'name' | 'label' | 'parent' | 'parentObjects'>,
  repository: Pick<Repository, 'storage' | 'trusted'>,
  options: ReadOptions = {},
): Promise<Commit> {
  const hint = `do not use this backup; ${say.command('verify')} shows which others are good`;
  const full = await readCommitIfThere({ name, label: parent ?? '' }, repository, options);
  if (full === undefined)
    throw new BackuperError('full-missing', `'${label}' cannot be used: its full '${parent}' is missing`, { hint });
  const other = notTheFull({ parent, parentObjects }, full);
  if (other === undefined) return full;
  throw new BackuperError('commit-invalid', `'${label}' cannot be used: ${other}`, { hint });
}

/** Labels of other backups of a name whose objects a text names: the full of a damaged differential. */
export function othersNamed(
  { name, label }: { readonly name: string; readonly label: string },
  texts: readonly string[],
): readonly string[] {
  const root = dataRootPrefix(name);
  const named = texts.flatMap((text) => text.split(root).slice(1)).map((rest) => /^[^/]*/.exec(rest)?.[0] ?? '');
  return [...new Set(named)].filter((one) => one !== label && parseLabel(one) !== undefined);
}
