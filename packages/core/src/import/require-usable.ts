import { BackuperError, type Context, say } from '@postgres-backuper/base';
import { commitPrefix, createLabel, matchesLabel, parseKey } from '@postgres-backuper/format';
import type { Repository } from '@postgres-backuper/repository';
import { checkError, checkRepository } from '../check.ts';

interface Wanted {
  readonly name: string;
  readonly startedAt: number;
  readonly segmentBytes: number;
}

/**
 * Requires one repository that takes a backup, before hours of loading, and none that has a backup of that second: the
 * file would be imported twice. Errors: those of the checks, backup-exists.
 */
export async function requireUsable(
  { name, startedAt, segmentBytes: segmentSizeBytes }: Wanted,
  destinations: readonly Repository[],
  context: Context,
): Promise<void> {
  const problems: (BackuperError | undefined)[] = [];
  for (const repository of destinations) {
    const asked = { name, segmentSizeBytes, imported: true, level: 'backup' } as const;
    const problem = checkError(await checkRepository(asked, { repository, facts: null }, context));
    problems.push(problem);
    if (problem === undefined) await requireNew({ name, startedAt }, repository, context);
  }
  const [first] = problems;
  if (first !== undefined && problems.every((problem) => problem !== undefined)) throw first;
}

async function requireNew(
  { name, startedAt }: Pick<Wanted, 'name' | 'startedAt'>,
  { storage }: Repository,
  { signal }: Pick<Context, 'signal'>,
): Promise<void> {
  const second = createLabel(startedAt).slice(0, -'_xxxxxx'.length);
  for await (const { key } of storage.list(`${commitPrefix(name)}${second}`, { signal })) {
    const found = parseKey(key);
    if (found?.kind !== 'commit' || !matchesLabel(found.label, second)) continue;
    throw new BackuperError('backup-exists', `'${found.label}' of '${name}' is of the same second already`, {
      hint: `the file may be imported; give ${say.option('fileDate')} if it is another one`,
    });
  }
}
