import { cutBytes } from '../clean.ts';
import type { Message } from '../message.ts';
import type { HttpTarget } from '../target.ts';
import { plainText, titleOf } from '../text.ts';
import type { HttpRequest, Service } from './service.ts';

/** Healthchecks keeps the first 100 kB. */
const BODY_MAX_BYTES = 10_000;

/**
 * A watch for runs that never happen, by the conventions of Healthchecks: a POST to the URL is a success, to `/fail` a
 * failure, to `/log` neither, with the message as its body.
 */
export const heartbeat: Service = {
  name: 'heartbeat',
  isOwn: ({ hostname }) => /^hc-ping\.(com|eu)$/.test(hostname),
  request: (message, target) => ping(target, { to: endpointOf(message), body: textOf(message) }),
};

/** A POST to `/start`: the run began. */
export function startRequest(target: HttpTarget): HttpRequest {
  return ping(target, { to: 'start', body: '' });
}

function endpointOf({ event }: Message): string {
  if (event === 'test') return 'log';
  return event === 'failure' || event === 'missing' ? 'fail' : '';
}

function textOf(message: Message): string {
  return cutBytes(`${titleOf(message)}\n${plainText(message)}`, BODY_MAX_BYTES);
}

function ping(
  { url, authorization }: HttpTarget,
  { to, body }: { readonly to: string; readonly body: string },
): HttpRequest {
  const address = new URL(url);
  const path = address.pathname.replace(/\/+$/, '');
  address.pathname = to === '' ? path : `${path}/${to}`;
  return {
    url: address,
    headers: { 'content-type': 'text/plain; charset=utf-8', ...(authorization && { authorization }) },
    body,
  };
}
