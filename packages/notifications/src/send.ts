import type { Clock } from '@postgres-backuper/base';
import { cleanMessage } from './clean.ts';
import { sendMail } from './mail.ts';
import type { Message } from './message.ts';
import { post } from './post.ts';
import { errorProblem, type SendProblem, statusProblem } from './problem.ts';
import { startRequest } from './services/heartbeat.ts';
import type { HttpRequest } from './services/service.ts';
import { SERVICES } from './services.ts';
import type { HttpTarget, Target } from './target.ts';

/** Limits of one sending, whole milliseconds. */
export interface SendLimits {
  readonly attemptMs: number;
  readonly totalMs: number;
}

const LIMITS: SendLimits = { attemptMs: 10_000, totalMs: 30_000 };
/** A start is not worth a wait at the end of a short run. */
const START_LIMITS: SendLimits = { attemptMs: 5000, totalMs: 5000 };
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

/** How the sending to one target ended. */
export interface Sent {
  /** For people, without secrets, e.g. `Slack at hooks.slack.com`. */
  readonly target: string;
  /** Undefined: it arrived. */
  readonly problem?: Pick<SendProblem, 'why' | 'hint'>;
}

/** Sends a message to all targets at once, each with retries, within the limits. Never throws. */
export async function sendMessage(
  message: Message,
  targets: readonly Target[],
  services: SendServices,
): Promise<readonly Sent[]> {
  const clean = cleanMessage(message);
  return sendAll(targets, services, (target) => delivery(clean, target, services));
}

/** Reports to the heartbeats among the targets that a run began. Never throws. */
export async function sendStart(targets: readonly Target[], services: SendServices): Promise<readonly Sent[]> {
  const beats = targets.filter((target): target is HttpTarget => target.kind === 'heartbeat');
  const limited = { limits: START_LIMITS, ...services };
  return sendAll(beats, limited, (target) => byHttp(startRequest(target as HttpTarget), services));
}

type Delivery = (signal: AbortSignal) => Promise<SendProblem | undefined>;

function sendAll(
  targets: readonly Target[],
  services: SendServices,
  deliveryTo: (target: Target) => Delivery,
): Promise<readonly Sent[]> {
  const { limits = LIMITS, signal } = services;
  const late = AbortSignal.timeout(limits.totalMs);
  const until = signal === undefined ? late : AbortSignal.any([late, signal]);
  return Promise.all(
    targets.map(async (target) => {
      const problem = await withRetries(deliveryTo(target), { ...services, limits, signal: until });
      return { target: target.shown, ...(problem === undefined ? {} : { problem }) };
    }),
  );
}

async function withRetries(
  deliver: Delivery,
  {
    clock,
    limits,
    signal,
  }: Pick<SendServices, 'clock'> & { readonly limits: SendLimits; readonly signal: AbortSignal },
): Promise<SendProblem | undefined> {
  for (let attempt = 0; ; attempt += 1) {
    const problem = await once(deliver, limits.attemptMs, signal);
    const delayMs = DELAYS_MS[attempt];
    if (problem === undefined || !problem.isTemporary || delayMs === undefined || signal.aborted) return problem;
    const waited = await clock.sleep(Math.max(delayMs, problem.retryAfterMs ?? 0), { signal }).then(
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

function delivery(message: Message, target: Target, services: SendServices): Delivery {
  if (target.kind === 'mail') {
    return async (signal) => {
      await sendMail(message, target, { signal });
      return undefined;
    };
  }
  return byHttp(SERVICES[target.kind].request(message, target), services);
}

function byHttp(request: HttpRequest, { environment }: SendServices): Delivery {
  return async (signal) => {
    const { status, retryAfterMs } = await post(request, { environment, signal });
    const problem = statusProblem(status);
    return problem && { ...problem, retryAfterMs };
  };
}
