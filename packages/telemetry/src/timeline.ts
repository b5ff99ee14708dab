import type { Clock, Event } from '@postgres-backuper/base';
import type { Step } from './run-record.ts';

/** The phases of a run, with their times. */
export interface Timeline {
  /** Milliseconds since 1970. */
  readonly begunAt: number;
  /** A phase ends where the next begins. Texts of events are not kept: they may name tables. */
  see(event: Event): void;
  /** All phases; the last one ends now. */
  steps(): readonly Step[];
}

export function createTimeline({ now }: Pick<Clock, 'now'>): Timeline {
  const begun: { name: string; begunAt: number }[] = [];
  return {
    begunAt: now(),
    see(event) {
      if (event.type === 'phase') begun.push({ name: event.phase, begunAt: now() });
    },
    steps: () => begun.map((step, index) => ({ ...step, endedAt: begun[index + 1]?.begunAt ?? now() })),
  };
}
