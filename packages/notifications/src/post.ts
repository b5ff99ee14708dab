import http from 'node:http';
import https from 'node:https';
import { isLoopback } from './parse-target.ts';
import type { HttpRequest } from './services/service.ts';

/** The largest headers of an answer, bytes. */
const HEADERS_MAX = 16_384;

export interface Answer {
  readonly status: number;
  /** When the service wants the next attempt, milliseconds from now. */
  readonly retryAfterMs?: number | undefined;
}

/**
 * Sends a request and reads the status of the answer; its body is never read. Redirects are not followed, so that no other
 * server gets the message. `environment`: the variables with the proxy. Errors: those of Node.js; the signal's reason.
 */
export function post(
  { url, headers, body, method = 'POST' }: HttpRequest,
  { environment, signal }: { readonly environment: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<Answer> {
  const { request, Agent } = url.protocol === 'https:' ? https : http;
  // Node uses a proxy only if it is enabled (since 24.5); never for this machine itself
  const agent = new Agent(isLoopback(url.hostname) ? {} : { proxyEnv: environment });
  const bytes = Buffer.from(body, 'utf8');
  const all = { 'user-agent': 'postgres-backuper', ...headers, 'content-length': bytes.length };
  return new Promise<Answer>((resolve, reject) => {
    const sent = request(url, { method, headers: all, agent, signal, maxHeaderSize: HEADERS_MAX });
    sent.on('response', (response) => {
      const seconds = Number(response.headers['retry-after']);
      const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
      resolve({ status: response.statusCode ?? 0, retryAfterMs });
      response.on('error', () => undefined);
    });
    sent.on('error', (error) => reject(signal.aborted ? signal.reason : error));
    sent.end(bytes);
  }).finally(() => agent.destroy()); // and with it the connection, so that the body ends
}
