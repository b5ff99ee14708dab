import type { Context } from '@postgres-backuper/base';
import type { NameState } from '@postgres-backuper/hosts';
import {
  newestUsable,
  planLeftOvers,
  type Repository,
  type Survey,
  silentLeftOvers,
  survey,
  tookMs,
  type Verification,
} from '@postgres-backuper/repository';

/** What a repository holds of a name. Errors: those of the storage. */
export async function nameState(
  name: string,
  repository: Repository,
  { clock, signal }: Pick<Context, 'clock' | 'signal'>,
): Promise<NameState> {
  const found = await survey({ name, signal }, repository);
  const now = clock.now();
  const planned = await planLeftOvers({ name, found, now, storageNow: undefined }, repository, signal);
  const { usable } = newestUsable(found, { now });
  return {
    name,
    newest: usable && {
      ...{ label: usable.label, startedAt: usable.commit.startedAt },
      ...{ durationMs: tookMs(usable.commit), totals: usable.commit.totals },
      fullBytes: found.backups.find(({ label }) => label === usable.parent)?.commit.totals.storedBytes,
    },
    held: {
      backups: found.backups.length,
      storedBytes: sum(found.backups.map(({ commit }) => commit.totals.storedBytes)),
    },
    bad: found.damaged.length + found.backups.filter(({ bad }) => bad).length,
    verifiedAt: verifiedAt(found),
    leftOvers: silentLeftOvers(planned, now),
  };
}

/** A deeper verification is one of the levels below it as well. */
const PROVES: Readonly<Record<Verification['level'], readonly Verification['level'][]>> = {
  stored: ['stored'],
  content: ['stored', 'content'],
  restore: ['stored', 'content', 'restore'],
};

function verifiedAt({ backups }: Survey): NameState['verifiedAt'] {
  const good = backups
    .flatMap(({ verification, verifications }) => [verification, ...verifications])
    .filter(({ ok }) => ok);
  const times: Partial<Record<Verification['level'], number>> = {};
  for (const { level, at } of good) {
    for (const proven of PROVES[level]) times[proven] = Math.max(times[proven] ?? at, at);
  }
  return times;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
