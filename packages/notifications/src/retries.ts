import type { Clock } from '@postgres-backuper/base';
import { errorProblem, type SendProblem } from './problem.ts';

/** Limits of one sending, whole milliseconds. */
export interface SendLimits {
  readonly attemptMs: number;
  readonly totalMs: number;
}

export const LIMITS: SendLimits = { attemptMs: 10_000, totalMs: 30_000 };

/** Waits before the second attempt and the next ones, milliseconds. */
const DELAYS_MS = [1000, 4000];

export interface SendServices {
  readonly clock: Clock;
  /** The variables with the proxy. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ends the sending early. */
  readonly signal?: AbortSignal;
  readonly limits?: SendLimits;
}

/** Sends once; returns why it did not arrive. Errors: those of Node.js. */
export type Delivery = (signal: AbortSignal) => Promise<SendProblem | undefined>;

/** Aborts after the limit for all, or early. */
export function endOfAll({ limits = LIMITS, signal }: SendServices): AbortSignal {
  const late = AbortSignal.timeout(limits.totalMs);
  return signal === undefined ? late : AbortSignal.any([late, signal]);
}

/** Sends, again after a problem that may pass, until `until` aborts. Returns the last problem. Never throws. */
export async function withRetries(
  deliver: Delivery,
  { clock, limits = LIMITS }: SendServices,
  until: AbortSignal,
): Promise<SendProblem | undefined> {
  for (let attempt = 0; ; attempt += 1) {
    const problem = await once(deliver, limits.attemptMs, until);
    const delayMs = DELAYS_MS[attempt];
    if (problem === undefined || !problem.isTemporary || delayMs === undefined || until.aborted) return problem;
    const waited = await clock.sleep(Math.max(delayMs, problem.retryAfterMs ?? 0), { signal: until }).then(
      () => true,
      () => false,
    );
    if (!waited) return problem;
  }
}

async function once(deliver: Delivery, attemptMs: number, until: AbortSignal): Promise<SendProblem | undefined> {
  const late = AbortSignal.timeout(attemptMs);
  const signal = AbortSignal.any([until, late]);
  try {
    return await deliver(signal);
  } catch (error) {
    if (signal.aborted) return { why: 'the server did not answer in time', isTemporary: !until.aborted };
    return errorProblem(error);
  }
}
