import type { Clock } from '@postgres-backuper/base';
import { chooseRung, type Held, rungsFor } from './choose-rung.ts';
import type { Levels, LevelUse, Underway } from './levels.ts';

/** What is older counts half, and then less. */
const MEMORY_MS = 4000;
/** A level that was too high is not tried again for this long, and twice as long after the next time. */
const FIRST_REST_MS = 10_000;
const LONGEST_REST_MS = 120_000;

/** A higher level while the storage, not the processor, holds the backup up. */
export function createAutoLevels({
  sealers,
  clock,
}: {
  readonly sealers: number;
  readonly clock: Pick<Clock, 'elapsed'>;
}): Levels {
  const rungs = rungsFor(sealers);
  const top = rungs.length - 1;
  const meter = createMeter(sealers, clock);
  const segments = rungs.map(() => 0);
  let rung = 0;
  let tooHigh = { ceiling: top, until: 0 };
  let restMs = FIRST_REST_MS;

  const lowerTo = (next: number): void => {
    tooHigh = { ceiling: next, until: clock.elapsed() + restMs };
    restMs = Math.min(restMs * 2, LONGEST_REST_MS);
  };
  return {
    see: meter.see,
    next() {
      const ceiling = clock.elapsed() < tooHigh.until ? tooHigh.ceiling : top;
      const next = chooseRung({ rung, ceiling, rungs }, meter.held());
      if (next < rung) lowerTo(next);
      if (next !== rung) meter.forget();
      rung = next;
      segments[rung] = (segments[rung] ?? 0) + 1;
      return rungs[rung]?.level ?? 1;
    },
    used: () => rungs.flatMap(({ level }, at): LevelUse[] => (segments[at] ? [{ level, segments: segments[at] }] : [])),
  };
}

const NOTHING = { elapsed: 0, storage: 0, sealers: 0, busy: 0, sealed: 0 };

/** Adds up how long which state lasted. */
function createMeter(sealers: number, clock: Pick<Clock, 'elapsed'>) {
  let now: Underway = { waiting: 0, sealing: 0, storing: 0 };
  let since: number | undefined;
  let sums = { ...NOTHING };

  const settle = (): void => {
    const at = clock.elapsed();
    const ms = at - (since ?? at);
    since = at;
    const busy = Math.min(now.sealing, sealers) / sealers;
    sums.elapsed += ms;
    sums.busy += ms * busy;
    if (now.sealing > 0 && now.storing === 0) sums.sealers += ms;
    if (now.waiting > 0 && now.sealing < sealers) sums.storage += ms;
    if (sums.elapsed > MEMORY_MS) sums = halved(sums);
  };
  return {
    see(next: Underway): void {
      settle();
      if (next.sealing < now.sealing) sums.sealed += 1;
      now = next;
    },
    held(): Held {
      settle();
      const { elapsed, storage, sealers: held, busy, sealed } = sums;
      const share = (ms: number): number => (elapsed === 0 ? 0 : ms / elapsed);
      return { elapsedMs: elapsed, sealed, byStorage: share(storage), bySealers: share(held), busy: share(busy) };
    },
    forget: (): void => {
      sums = { ...NOTHING };
    },
  };
}

function halved({ elapsed, storage, sealers, busy, sealed }: typeof NOTHING): typeof NOTHING {
  return { elapsed: elapsed / 2, storage: storage / 2, sealers: sealers / 2, busy: busy / 2, sealed };
}
