import type { Activity } from './activity.ts';
import type { Clock } from './clock.ts';
import { BackuperError } from './errors.ts';
import type { Event, Progress } from './events.ts';
import { say } from './wording.ts';

/** Between two checks, milliseconds. */
const LOOK_MS = 1000;
/** How many names a message shows. */
const SHOWN = 2;

export interface Limits {
  /** The longest time without progress, milliseconds; undefined: no limit. */
  readonly stallMs: number | undefined;
  /** The longest time of the whole run, milliseconds; undefined: no limit. */
  readonly maxMs: number | undefined;
}

export interface Watchdog extends Activity {
  /** Takes an event of the run. A new step, a retry or bytes are progress, a repeated warning is not. */
  see(event: Event): void;
  end(): void;
}

/** Aborts a run without progress or one that takes too long. Calls `abort` once, with `stalled` or `time-over`. */
export function startWatchdog(
  { stallMs, maxMs }: Limits,
  { clock, abort }: { readonly clock: Clock; readonly abort: (reason: BackuperError) => void },
): Watchdog {
  const stop = new AbortController();
  const explanations = new Set<() => string | undefined>();
  const pauses = new Set<symbol>();
  const time = { still: 0, whole: 0 };
  let step = 'the first step';
  let seen: Progress | undefined;
  const moved = (): void => {
    time.still = 0;
  };
  const who = (): string => {
    const named = [...new Set([...explanations].flatMap((explain) => explain() ?? []))].slice(0, SHOWN);
    return named.length > 0 ? named.join(' and ') : `'${step}'`;
  };
  const watch = async (): Promise<void> => {
    const lookMs = Math.min(LOOK_MS, (stallMs ?? Infinity) / 4, (maxMs ?? Infinity) / 4);
    for (let last = clock.elapsed(); ; last = clock.elapsed()) {
      await clock.sleep(lookMs, { signal: stop.signal });
      const passed = clock.elapsed() - last;
      time.whole += passed;
      if (pauses.size === 0) time.still += Math.min(passed, 2 * lookMs); // sleep of the machine does not count
      if (maxMs !== undefined && time.whole >= maxMs) return abort(timeOver(maxMs));
      if (stallMs !== undefined && time.still >= stallMs) return abort(stalled(stallMs, who()));
    }
  };
  if (stallMs !== undefined || maxMs !== undefined) watch().catch(() => undefined); // the watchdog was ended
  return {
    stallMs,
    moved,
    explain(explain) {
      explanations.add(explain);
      return () => void explanations.delete(explain);
    },
    pause() {
      const pause = Symbol();
      pauses.add(pause);
      return () => void pauses.delete(pause);
    },
    see(event) {
      if (event.type === 'phase') step = event.text;
      if (event.type === 'phase' || event.type === 'notice') moved();
      if (event.type !== 'progress') return;
      if (isFurther(event.progress, seen)) moved();
      seen = event.progress;
    },
    end: () => stop.abort(new Error('ended')),
  };
}

function isFurther(now: Progress, before: Progress | undefined): boolean {
  return (
    now.rawBytes !== before?.rawBytes || now.storedBytes !== before.storedBytes || now.tablesDone !== before.tablesDone
  );
}

function stalled(stallMs: number, who: string): BackuperError {
  return new BackuperError('stalled', `no progress for ${spoken(stallMs)}: waited for ${who}`, {
    hint: `look what keeps it, then try again; ${say.option('stallTimeout')} says how long to wait`,
  });
}

function timeOver(maxMs: number): BackuperError {
  return new BackuperError(
    'time-over',
    `not done after ${spoken(maxMs)}, the time that ${say.given('maxDuration')} gives`,
    {
      hint: 'give it more time, or try again when server and storage are less busy',
    },
  );
}

function spoken(ms: number): string {
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : `${Math.round(ms / 1000)} s`;
}
