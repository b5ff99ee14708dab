import { type Context, isBackuperError } from '@postgres-backuper/base';
import { type Commit, dataKey, dataPrefix, OBJECTS_NAME, type ObjectEntry } from '@postgres-backuper/format';
import {
  collecting,
  compareListing,
  type Damage,
  openObjects,
  type Repository,
  readStored,
} from '@postgres-backuper/repository';

export interface StoredCheck {
  readonly damage: readonly Damage[];
  /** Objects that are listed but not part of the backup: harmless, and named. */
  readonly extra: readonly string[];
  readonly objects: number;
}

/** Every object of the backup is listed with its size, and its MD5 where both sides tell it; one with another MD5 is read. */
export async function verifyStored(
  commit: Commit,
  repository: Repository,
  { signal }: Pick<Context, 'signal'>,
): Promise<StoredCheck> {
  const expectation: Expectation = { commit, repository, damage: [], signal };
  const found = { damage: expectation.damage, extra: [] as string[], objects: 0 };
  try {
    await compare(expectation, found);
  } catch (error) {
    // the folder is reached through a link: what can be read of the others says nothing about it
    if (!isBackuperError(error, 'storage-unsafe')) throw error;
    if (!found.damage.some(({ text }) => text === error.message)) found.damage.push({ text: error.message });
  }
  return { ...found, extra: expectation.isWhole ? found.extra : [] };
}

async function compare(
  expectation: Expectation,
  found: { readonly damage: Damage[]; readonly extra: string[]; objects: number },
): Promise<void> {
  const { commit, repository, damage, signal } = expectation;
  const { storage } = repository;
  const listed = storage.list(dataPrefix(commit), { signal });
  for await (const { expected, stored } of compareListing(dataPrefix(commit), expectedOf(expectation), listed)) {
    if (expected === undefined) {
      if (stored !== undefined) found.extra.push(stored.key);
      continue;
    }
    found.objects += 1;
    const key = dataKey(commit, expected.key);
    const isKnown = expected.key === OBJECTS_NAME && damage.some(({ text }) => text.includes(`'${key}'`));
    if (stored === undefined) {
      if (!isKnown) damage.push({ object: key, text: `object '${key}' is missing` });
    } else if (stored.unreadable !== undefined) {
      if (!isKnown) damage.push({ object: key, text: `object '${key}' ${stored.unreadable}` });
    } else if (stored.sizeBytes !== expected.sizeBytes) {
      damage.push({
        object: key,
        text: `object '${key}' has ${stored.sizeBytes} bytes instead of ${expected.sizeBytes}`,
      });
    } else if (stored.md5 !== undefined && expected.md5 !== undefined && stored.md5 !== expected.md5) {
      // under a KMS key that the bucket chose the listing tells something else: the bytes decide
      await collecting(damage, key, () => readStored(key, expected, { storage, signal }));
    }
  }
}

interface Expectation {
  readonly commit: Commit;
  readonly repository: Repository;
  readonly damage: Damage[];
  readonly signal: AbortSignal;
  /** Set when the list of objects was read to its end: only then is it known what does not belong to it. */
  isWhole?: boolean;
}

/** What the list of objects tells, itself among it, in the order of the keys; what is wrong with it goes to `damage`. */
async function* expectedOf(expectation: Expectation): AsyncGenerator<ObjectEntry> {
  const { commit, repository, damage, signal } = expectation;
  const entries = openObjects(commit, repository, { signal });
  const own = { key: OBJECTS_NAME, ...commit.objects };
  let ownIsDue = true;
  for (;;) {
    const next = await collecting(damage, undefined, () => entries.next());
    if (next === undefined || next.done) break;
    if (ownIsDue && next.value.key > OBJECTS_NAME) {
      ownIsDue = false;
      yield own;
    }
    yield next.value;
  }
  if (ownIsDue) yield own;
  expectation.isWhole = damage.length === 0;
}
