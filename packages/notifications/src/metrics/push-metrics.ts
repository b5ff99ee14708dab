import { mapConcurrently } from '@postgres-backuper/base';
import { byHttp } from '../by-http.ts';
import type { SendProblem } from '../problem.ts';
import { endOfAll, type SendServices, withRetries } from '../retries.ts';
import type { HttpRequest } from '../services/service.ts';
import type { Gateway } from './gateway.ts';

/** One group of metrics. */
export interface Push {
  /** `PUT` replaces the whole group, `POST` the metrics of the same names. */
  readonly method: 'PUT' | 'POST';
  /** The end of its grouping key. */
  readonly labels: readonly (readonly [label: string, value: string])[];
  /** In the text format of Prometheus. */
  readonly text: string;
}

/** Groups that are sent at once. */
const CONCURRENCY = 16;

/** Of metrics that the gateway refuses; other groups may still be taken. */
const REFUSED = 400;

const HINTS: Readonly<Record<number, string>> = {
  [REFUSED]: 'look at the log of the Pushgateway: it may hold metrics of these names with another type',
  401: 'correct user and password, or the token, in the URL',
  403: 'correct user and password, or the token, in the URL',
  404: 'correct the path in the URL: what stands before /metrics',
  405: 'correct the URL: this server is no Pushgateway',
};

/**
 * Sends all groups within the limits; a server that takes none gets no more of them. Returns why some did not arrive: the
 * first problem. Never throws.
 */
export async function pushMetrics(
  pushes: readonly Push[],
  gateway: Gateway,
  services: SendServices,
): Promise<SendProblem | undefined> {
  const until = endOfAll(services);
  const found: SendProblem[] = [];
  await mapConcurrently(pushes, CONCURRENCY, async (push) => {
    if (found.some(({ status }) => status !== REFUSED)) return;
    const problem = await withRetries(byHttp(requestOf(push, gateway), services), services, until);
    if (problem !== undefined) found.push(problem);
  });
  const [first] = found;
  return first && { ...first, hint: HINTS[first.status ?? 0] ?? first.hint };
}

function requestOf({ method, labels, text }: Push, { url, authorization }: Gateway): HttpRequest {
  const group = new URL(url);
  group.pathname = [url.pathname, ...labels.map(keyPart)].join('/');
  const headers = {
    'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    ...(authorization && { authorization }),
  };
  return { method, url: group, headers, body: text };
}

/** Base64 for what a path or a proxy may change; Pushgateway takes `=` for an empty value. */
function keyPart([label, value]: Push['labels'][number]): string {
  if (/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/.test(value)) return `${label}/${value}`;
  return `${label}@base64/${Buffer.from(value, 'utf8').toString('base64url') || '='}`;
}
