import { SERVICES } from './services.ts';
import type { HttpKind, HttpTarget, MailTarget, Target } from './target.ts';

/** A target, or what is wrong with its URL: a phrase that follows its origin, without any part of the URL. */
export type ParsedTarget = Target | { readonly problem: string };

const KINDS = Object.keys(SERVICES) as readonly HttpKind[];
const HTTP = new RegExp(`^(?:(${KINDS.join('|')})\\+)?(https?)://`, 'i');

/** Reads one URL of a service. */
export function parseTarget(text: string): ParsedTarget {
  if (/^smtps?:\/\//i.test(text)) return parseMail(text);
  const [, prefix, scheme] = HTTP.exec(text) ?? [];
  if (scheme === undefined)
    return { problem: `is none of https://…, smtps://…, ${KINDS.map((kind) => `${kind}+https://…`).join(', ')}` };
  if (prefix === undefined && scheme.toLowerCase() === 'http')
    return { problem: 'begins with http://, which sends it in the open: write https://' };
  const url = parseUrl(text.replace(/^[a-z]+\+/i, ''));
  return url === undefined
    ? { problem: 'is not a URL' }
    : parseHttp(url, prefix?.toLowerCase() as HttpKind | undefined);
}

function parseUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function parseHttp(given: URL, prefix: HttpKind | undefined): ParsedTarget {
  const kind = prefix ?? KINDS.find((one) => SERVICES[one].isOwn(given)) ?? 'webhook';
  const { name, problem } = SERVICES[kind];
  const found = problem?.(given);
  if (found !== undefined) return { problem: found };
  const [user, password] = [given.username, given.password].map(decoded);
  const key = decoded(given.hash.slice(1));
  if (user === undefined || password === undefined || key === undefined)
    return { problem: 'has a % that escapes nothing' };
  const url = new URL(given);
  [url.username, url.password, url.hash] = ['', '', ''];
  const authorization = user || password ? `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` : undefined;
  const target: HttpTarget = { kind, url, authorization, key: key || undefined, shown: `${name} at ${given.host}` };
  return target;
}

const ADDRESS = /^[^\s@<>,;:"()[\]\\]+@[^\s@<>,;:"()[\]\\]+$/;

function parseMail(text: string): ParsedTarget {
  const url = parseUrl(text);
  if (url === undefined || url.hostname === '') return { problem: 'is not smtps://user:password@host/?to=address' };
  const [user, password] = [url.username, url.password].map(decoded);
  if (user === undefined || password === undefined) return { problem: 'has a % that escapes nothing' };
  const to = url.searchParams.getAll('to').flatMap((one) => one.split(',').map((address) => address.trim()));
  const from = url.searchParams.get('from') ?? (ADDRESS.test(user) ? user : to[0]);
  if (from === undefined || to.length === 0) return { problem: 'names no recipient: add ?to=address' };
  if (![...to, from].every((address) => ADDRESS.test(address)))
    return { problem: 'has an address that is not name@host' };
  const encryption = encryptionOf(url);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (encryption === 'off' && password !== '' && !isLoopback(host))
    return { problem: 'has a password and tls=off, which would send the password in the open' };
  const port = Number(url.port) || (encryption === 'tls' ? 465 : encryption === 'starttls' ? 587 : 25);
  const target: MailTarget = {
    ...{ kind: 'mail', host, port, encryption, from, to, shown: `mail at ${host}:${port}` },
    ...(user === '' ? {} : { user, password }),
  };
  return target;
}

function encryptionOf({ protocol, searchParams }: URL): MailTarget['encryption'] {
  if (protocol === 'smtps:') return 'tls';
  return searchParams.get('tls') === 'off' ? 'off' : 'starttls';
}

/** Whether a host is this machine. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127(\.\d+){3}|\[?::1\]?)$/i.test(host);
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
