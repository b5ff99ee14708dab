import { BackuperError } from '@postgres-backuper/base';

/** The address of an S3 server. */
export interface Endpoint {
  /** `https://host:port`, or with the path under which a gateway has the API; without credentials and a slash at its end. */
  readonly url: string;
  readonly isLoopback: boolean;
  readonly isAmazon: boolean;
}

/**
 * An endpoint with or without scheme. The default is https, but http for this machine: without TLS, data leaves the
 * machine only if `http://` is written. Errors: configuration-invalid.
 */
export function parseEndpoint(text: string): Endpoint {
  const given = text.trim();
  const hasScheme = /^https?:\/\//i.test(given);
  if (given.includes('://') && !hasScheme) throw invalid('its scheme is neither http nor https');
  const url = parse(hasScheme ? given : `https://${given}`);
  if (url.username !== '' || url.password !== '') throw invalid('it holds credentials: give them by their own options');
  if (url.search !== '' || url.hash !== '') throw invalid('it holds more than host, port and path');
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (isLoopback && !hasScheme) return { ...describe(parse(`http://${given}`)), isLoopback };
  return { ...describe(url), isLoopback };
}

function describe(url: URL): Pick<Endpoint, 'url' | 'isAmazon'> {
  return {
    url: url.origin + url.pathname.replace(/\/+$/, ''),
    isAmazon: /(^|\.)amazonaws\.com(\.cn)?$/.test(url.hostname),
  };
}

function parse(text: string): URL {
  if (!URL.canParse(text)) throw invalid('it is no address');
  return new URL(text);
}

/** The text itself is not repeated: it may hold a secret. */
function invalid(why: string): BackuperError {
  return new BackuperError('configuration-invalid', `the S3 endpoint cannot be used: ${why}`, {
    hint: 'write the address of the S3 API as host:port or https://host:port',
  });
}
