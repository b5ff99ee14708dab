import { type Commit, commitPrefix, type DatabaseIdentity, parseKey } from '@postgres-backuper/format';
import { saysDamaged } from '../read/damage.ts';
import type { Repository } from '../repository.ts';
import { type ReadOptions, readCommitIfThere } from './read-commit.ts';

/** The maximum number of newer commits that are looked at. */
const TRIES = 3;

/**
 * Whether two backups are of different databases: their servers or database names differ. If a role may not read the
 * system identifier, the host is compared instead.
 */
export function isOtherDatabase(a: DatabaseIdentity, b: DatabaseIdentity): boolean {
  if (a.name !== b.name) return true;
  const known = a.systemIdentifier !== null && b.systemIdentifier !== null;
  return known ? a.systemIdentifier !== b.systemIdentifier : a.host !== b.host;
}

/** For people: `database 'app' on 'db.example' (system 7480012345678901234)`. */
export function describeSource({ name, host, systemIdentifier }: DatabaseIdentity): string {
  return `database '${name}' on '${host}'${systemIdentifier === null ? '' : ` (system ${systemIdentifier})`}`;
}

/**
 * The newest backup of the name that is older than this one (without a label: the newest), from one listing and one
 * commit; undefined if no such backup can be read. Imported ones are skipped: they are of no server that is known.
 * Errors: those of the storage.
 */
export async function readPrevious(
  { name, label }: Pick<Commit, 'name'> & Partial<Pick<Commit, 'label'>>,
  repository: Repository,
  options: ReadOptions = {},
): Promise<Commit | undefined> {
  const { signal } = options;
  const older: string[] = [];
  for await (const { key } of repository.storage.list(commitPrefix(name), { signal })) {
    const parsed = parseKey(key);
    if (parsed?.kind !== 'commit' || parsed.name !== name) continue;
    if (label !== undefined && parsed.label >= label) continue;
    older.push(parsed.label);
    if (older.length > TRIES) older.shift();
  }
  for (const one of older.reverse()) {
    const commit = await readCommitIfThere({ name, label: one }, repository, options).catch(ignoreDamage);
    if (commit !== undefined && commit.imported !== true) return commit;
  }
  return undefined;
}

function ignoreDamage(error: unknown): undefined {
  if (!saysDamaged(error)) throw error;
}
