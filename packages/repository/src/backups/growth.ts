const SPAN_MS = 30 * 86_400_000;

/** How the size of a database changed. */
interface Growth {
  /** The start of the backup that is compared with, milliseconds since 1970. */
  readonly since: number;
  /** Uncompressed; negative: the database shrank. */
  readonly rawBytes: number;
  /** The uncompressed bytes of that backup. */
  readonly rawBytesThen: number;
}

interface Sized {
  readonly startedAt: number;
  readonly bad: boolean;
  readonly rawBytes: number;
}

/** Pure: the newest good backup against the oldest of the last 30 days; undefined before the second one. `backups`: oldest first. */
export function growthOf(backups: readonly Sized[]): Growth | undefined {
  const good = backups.filter(({ bad }) => !bad);
  const last = good.at(-1);
  const before = last && good.find(({ startedAt }) => startedAt >= last.startedAt - SPAN_MS);
  if (last === undefined || before === undefined || before === last) return undefined;
  return { since: before.startedAt, rawBytes: last.rawBytes - before.rawBytes, rawBytesThen: before.rawBytes };
}
