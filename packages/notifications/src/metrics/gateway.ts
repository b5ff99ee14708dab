import { isLoopback } from '../parse-target.ts';

/** A Pushgateway. Everything but `shown` may be a secret. */
export interface Gateway {
  /** With the beginning of each grouping key: `…/metrics/job/NAME[/LABEL/VALUE…]`. Without user, password and fragment. */
  readonly url: URL;
  /** The header `Authorization`. */
  readonly authorization?: string | undefined;
  /** For people, e.g. `push.example:9091`. */
  readonly shown: string;
}

/** The job of a URL that names none. */
const JOB = 'postgres_backup';

/** Labels of the grouping key that each push adds. */
const OURS = ['command', 'name', 'location'];

/** Reads the URL of a Pushgateway; a problem is a phrase that follows its origin, without any part of the URL. */
export function parseGateway(text: string): Gateway | { readonly problem: string } {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return { problem: 'is not https://… or http://…' };
  const given = new URL(text);
  const [user, password] = [given.username, given.password].map(decoded);
  if (user === undefined || password === undefined) return { problem: 'has a % that escapes nothing' };
  const isOpen = given.protocol === 'http:' && !isLoopback(given.hostname);
  if (isOpen && given.password !== '')
    return { problem: 'begins with http:// and has a password, which would be sent in the open: write https://' };
  const path = groupPath(given.pathname);
  if (path === undefined) return { problem: 'has a grouping key that is not /metrics/job/NAME/LABEL/VALUE…' };
  const own = labelsOf(path).find((label) => OURS.includes(label));
  if (own !== undefined) return { problem: `has the label ${own} in its grouping key, which each push adds itself` };
  const url = new URL(given);
  [url.username, url.password, url.hash, url.pathname] = ['', '', '', path];
  return { url, authorization: authorizationOf(user, password), shown: given.host };
}

/** A password without a user is a token. */
function authorizationOf(user: string, password: string): string | undefined {
  if (user === '' && password === '') return undefined;
  return user === '' ? `Bearer ${password}` : `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function groupPath(path: string): string | undefined {
  const plain = path.replace(/\/+$/, '');
  if (!/\/metrics(\/|$)/.test(plain)) return `${plain}/metrics/job/${JOB}`;
  if (plain.endsWith('/metrics')) return `${plain}/job/${JOB}`;
  return /\/metrics\/job(@base64)?\/[^/]+(\/[^/]+\/[^/]+)*$/.test(plain) ? plain : undefined;
}

function labelsOf(path: string): readonly string[] {
  const [, key = ''] = /\/metrics\/(job.*)$/.exec(path) ?? [];
  return key.split('/').flatMap((part, index) => (index % 2 === 0 ? [part.replace(/@base64$/, '')] : []));
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
