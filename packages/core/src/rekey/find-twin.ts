import { type Context, isBackuperError } from '@postgres-backuper/base';
import { type Commit, canonicalJson, dataKey, type ObjectEntry, segmentNumber } from '@postgres-backuper/format';
import { openObjects, type Repository, readDocuments, readStored, type Survey } from '@postgres-backuper/repository';
import { isForRecipients } from './is-for-recipients.ts';
import type { OldBackup } from './rekey-one.ts';

/**
 * What an earlier run made of a backup before it was cut off: for the same recipients and of the same time, with the same
 * encrypted segments, which are compared byte for byte. Since the former backup is removed then, the rest must be proven as well:
 * by the trusted signature, or by a catalog that can be read here and says the same. Errors: those of the storage.
 */
export async function findTwin(
  old: OldBackup,
  { found, repository }: { readonly found: Survey; readonly repository: Repository },
  { emit, signal }: Context,
): Promise<Commit | undefined> {
  const source = { repository, signal };
  const wanted = identityOf({ ...old.commit, ...old.standing });
  for (const { commit, bad } of found.backups) {
    if (bad || commit.label === old.commit.label || !isForRecipients(commit, repository)) continue;
    if (identityOf(commit) !== wanted || !(await hasSameData(old.commit, commit, source))) continue;
    if (repository.trusted !== undefined || (await hasSameCatalog(old.commit, commit, source))) return commit;
    const text = `'${commit.label}' seems to be what an earlier run made of '${old.commit.label}', and no key here proves it: it stays, and another one is made`;
    emit({ type: 'warning', text });
  }
  return undefined;
}

/** What does not change when the recipients do. */
function identityOf({ type, parent, database, startedAt, finishedAt, totals, parentObjects }: Commit): string {
  const { storedBytes: _, ...same } = totals;
  return canonicalJson({ type, parent, database, startedAt, finishedAt, parentObjects: parentObjects ?? null, same });
}

interface Source {
  readonly repository: Repository;
  readonly signal: AbortSignal;
}

async function hasSameData(one: Commit, other: Commit, { repository, signal }: Source): Promise<boolean> {
  const { storage, cipher } = repository;
  const read = (commit: Commit, entry: ObjectEntry) =>
    readStored(dataKey(commit, entry.key), entry, { storage, signal });
  return unlessDamaged(async () => {
    const others = segmentsOf(other, { repository, signal });
    for await (const entry of segmentsOf(one, { repository, signal })) {
      const { value } = await others.next();
      if (value === undefined) return false;
      const [first, second] = [await read(one, entry), await read(other, value)];
      if (cipher.hasSameData?.(first, second) !== true) return false;
    }
    return (await others.next()).done === true;
  });
}

function hasSameCatalog(one: Commit, other: Commit, { repository, signal }: Source): Promise<boolean> {
  const told = async (commit: Commit) => {
    const { catalog } = await readDocuments(commit, repository, { signal });
    return canonicalJson({ ...catalog, label: '', backup: null });
  };
  return unlessDamaged(async () => (await told(one)) === (await told(other)));
}

/** False for what is damaged, or cannot be opened. */
async function unlessDamaged(compare: () => Promise<boolean>): Promise<boolean> {
  try {
    return await compare();
  } catch (error) {
    if (isBackuperError(error, 'key-wrong', 'key-missing')) return false;
    if (isBackuperError(error) && error.kind === 'damage') return false;
    throw error;
  }
}

async function* segmentsOf(commit: Commit, { repository, signal }: Source): AsyncGenerator<ObjectEntry, undefined> {
  for await (const entry of openObjects(commit, repository, { signal }))
    if (segmentNumber(entry.key) !== undefined) yield entry;
}
