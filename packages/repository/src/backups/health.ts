import { type Newest, newestUsable } from './newest.ts';
import type { Survey } from './survey.ts';

/** How good the newest backup of a name is. */
export interface Health extends Newest {
  /** `none`: no good backup; `stale`: it is too old; `damaged`: a newer one is. */
  readonly state: 'ok' | 'stale' | 'none' | 'damaged';
  /** Of the newest good backup, counted from its snapshot, milliseconds; Infinity without one. */
  readonly ageMs: number;
}

export interface HealthRequest {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** A newest good backup that is older is stale, milliseconds. */
  readonly maxAgeMs: number;
  /** Newer backups that are damaged or failed a verification make no difference. */
  readonly ignoreDamaged?: boolean;
}

/**
 * Whether a name has a good backup that is new enough: committed, readable, signed if required, not known to be bad, and
 * not dated in the future.
 */
export function healthOf(
  found: Pick<Survey, 'backups' | 'damaged'>,
  { now, maxAgeMs, ignoreDamaged = false }: HealthRequest,
): Health {
  const newest = newestUsable(found, { now });
  const { usable, passedOver } = newest;
  const ageMs = usable === undefined ? Number.POSITIVE_INFINITY : Math.max(0, now - usable.startedAt);
  const isBlemished = !ignoreDamaged && passedOver.some(({ flaw }) => flaw !== 'future');
  return {
    ...newest,
    ageMs,
    state: stateOf({ isThere: usable !== undefined, isStale: ageMs > maxAgeMs, isBlemished }),
  };
}

function stateOf(found: { isThere: boolean; isStale: boolean; isBlemished: boolean }): Health['state'] {
  if (!found.isThere) return 'none';
  if (found.isStale) return 'stale';
  return found.isBlemished ? 'damaged' : 'ok';
}
