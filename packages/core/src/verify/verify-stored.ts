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
  /** Keys of listed objects that are not part of the backup: harmless. */
  readonly extra: readonly string[];
  readonly objects: number;
}

/** Compares the listed size of each object, and its MD5 if both sides have one; reads an object whose MD5 differs. */
export async function verifyStored(
  commit: Commit,
  repository: Pick<Repository, 'storage'>,
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
      // with a KMS key of the bucket the listed value is no MD5 of the bytes: compare the bytes
      await collecting(damage, key, () => readStored(key, expected, { storage, signal }));
    }
  }
}

interface Expectation {
  readonly commit: Commit;
  readonly repository: Pick<Repository, 'storage'>;
  readonly damage: Damage[];
  readonly signal: AbortSignal;
  /** True after the list of objects was read to its end: only then are extra objects known. */
  isWhole?: boolean;
}

/** The entries of the list of objects and its own, in the order of the keys; its damage goes to `damage`. */
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
