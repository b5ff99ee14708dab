import { BackuperError } from '@postgres-backuper/base';
import { type Commit, dataKey, type ObjectList } from '@postgres-backuper/format';
import { readFull } from '../backups/standing.ts';
import { type BackupDocuments, fileOutside, readDocuments, readObjectList } from '../read/read.ts';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';

/** The full on which a differential stands. */
export interface FullSegments {
  readonly commit: Commit;
  /** Number n is segment n. */
  readonly segments: ObjectList;
}

/** All that a backup is read with. */
export interface SetDocuments extends BackupDocuments {
  /** Of a differential; its list of objects is the one that the differential's commit covers. */
  readonly full: FullSegments | undefined;
}

/**
 * The documents of a backup and, of a differential, the segments of its full. Errors: as readDocuments and readFull;
 * catalog-invalid where an extent is outside of the full.
 */
export async function readSet(
  commit: Commit,
  repository: Repository,
  options: CallOptions = {},
): Promise<SetDocuments> {
  const documents = await readDocuments(commit, repository, options);
  if (commit.type === 'full') return { ...documents, full: undefined };
  const parent = await readFull(commit, repository, { fresh: true, ...options });
  const { segments } = await readObjectList(parent, repository, options);
  requireInside(documents, { commit, full: { commit: parent, segments } });
  return { ...documents, full: { commit: parent, segments } };
}

function requireInside(
  { catalog, catalogEntry }: BackupDocuments,
  { commit, full }: { readonly commit: Commit; readonly full: FullSegments },
): void {
  const outside = fileOutside(catalog, { segments: full.segments.length, inParent: 1 });
  if (outside === undefined) return;
  const text = `object '${dataKey(commit, catalogEntry.key)}' is not valid: '${outside.name}' is outside of '${full.commit.label}'`;
  throw new BackuperError('catalog-invalid', text, { hint: 'do not use this backup' });
}
