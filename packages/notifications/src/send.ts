import { byHttp } from './by-http.ts';
import { cleanMessage } from './clean.ts';
import { sendMail } from './mail.ts';
import type { Message } from './message.ts';
import type { SendProblem } from './problem.ts';
import { type Delivery, endOfAll, type SendLimits, type SendServices, withRetries } from './retries.ts';
import { startRequest } from './services/heartbeat.ts';
import { SERVICES } from './services.ts';
import type { HttpTarget, Target } from './target.ts';

/** A start is not worth a wait at the end of a short run. */
const START_LIMITS: SendLimits = { attemptMs: 5000, totalMs: 5000 };

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

function sendAll(
  targets: readonly Target[],
  services: SendServices,
  deliveryTo: (target: Target) => Delivery,
): Promise<readonly Sent[]> {
  const until = endOfAll(services);
  return Promise.all(
    targets.map(async (target) => {
      const problem = await withRetries(deliveryTo(target), services, until);
      return { target: target.shown, ...(problem === undefined ? {} : { problem }) };
    }),
  );
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
