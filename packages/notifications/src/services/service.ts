import type { Message } from '../message.ts';
import type { HttpTarget } from '../target.ts';

export interface HttpRequest {
  /** Default: POST. */
  readonly method?: 'POST' | 'PUT';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One service that takes a message by HTTP. */
export interface Service {
  /** For people, e.g. `Slack`. */
  readonly name: string;
  /** Whether it is an address of the service, so that its URL needs no prefix. */
  readonly isOwn: (url: URL) => boolean;
  /** What a URL of the service lacks: a phrase that follows its origin, without any part of the URL. Undefined: nothing. */
  readonly problem?: (url: URL) => string | undefined;
  /** The texts of the message are clean (`cleanMessage`). */
  readonly request: (message: Message, target: HttpTarget) => HttpRequest;
}

/** A POST of JSON. */
export function jsonRequest(
  { url, authorization }: Pick<HttpTarget, 'url' | 'authorization'>,
  body: object,
): HttpRequest {
  const headers = { 'content-type': 'application/json; charset=utf-8', ...(authorization && { authorization }) };
  return { url, headers, body: JSON.stringify(body) };
}
