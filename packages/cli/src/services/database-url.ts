import { parse } from 'pg-connection-string';
import { meaningOf, nearestKeyword } from './libpq-parameters.ts';

export type Variables = Readonly<Record<string, string>>;

/** A requested connection. */
export interface Connection {
  /** PG* variables. */
  readonly variables: Variables;
  /** libpq's keywords that have no variable. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Names of parameters that libpq does not use. */
  readonly ignored: readonly string[];
}
export type ParsedUrl = Connection | { readonly problem: string };

const SCHEME = /^postgres(?:ql)?(?:\+[a-z0-9]+)?:\/\//i;

/**
 * A `postgres://` URL as libpq variables. Stricter than libpq: a part that other programs read differently is refused.
 * A problem names the wrong part and never repeats it, since any part may hold a piece of the password.
 */
export function parseDatabaseUrl(text: string): ParsedUrl {
  const url = text.trim();
  if (!SCHEME.test(url)) return { problem: "does not begin with 'postgres://'" };
  if (/[\s\0#]/.test(url)) return { problem: "holds a blank or '#': write blanks as %20 and '#' as %23" };
  const rest = url.replace(SCHEME, '');
  const [beforeQuery = '', ...queries] = rest.split('?');
  if (queries.length > 1) return { problem: "holds two '?': write '?' in a password as %3F" };
  const [authority = '', ...path] = beforeQuery.split('/');
  const parts = authority.split('@');
  if (parts.length > 2) return { problem: "holds two '@': write '@' in a password as %40" };
  if (path.length > 1) return { problem: "holds a '/' too many: write '/' in a password as %2F" };
  try {
    const [hosts = '', credentials = ''] = parts.reverse();
    const query = readQuery(queries[0] ?? '');
    const names = readNames(credentials, path[0] ?? '');
    return { ...query, variables: { ...readHosts(hosts), ...names, ...query.variables } };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

/** User, password and database, by pg-connection-string, which gets a dummy host and no parameters. */
function readNames(credentials: string, path: string): Variables {
  if (credentials.split(':').length > 2)
    throw new Error("holds two ':' before the '@': write ':' in a password as %3A");
  for (const part of [...credentials.split(':'), path]) decode(part); // its error does not repeat the value
  const { user = '', password = '', database } = parse(`postgres://${credentials}@host/${path}`);
  return { ...given('PGUSER', user), ...given('PGPASSWORD', password), ...given('PGDATABASE', database ?? '') };
}

/** `host`, `host:5432`, `[::1]:5432`, `host1:5432,host2` */
function readHosts(text: string): Variables {
  if (text === '') return {};
  const hosts = text.split(',').map((one) => {
    const [, six, name, port = ''] = /^(?:\[([0-9a-f:.%]+)\]|([^:[\]]*))(?::(\d{1,5}))?$/i.exec(one) ?? [];
    if (six === undefined && name === undefined) throw new Error('has a host or port that cannot be read');
    if (Number(port) > 65_535) throw new Error('has a port above 65535');
    return { host: decode(six ?? name ?? ''), port };
  });
  const ports = hosts.some(({ port }) => port !== '') ? hosts.map(({ port }) => port || '5432').join(',') : '';
  return { ...given('PGHOST', hosts.map(({ host }) => host).join(',')), ...given('PGPORT', ports) };
}

function readQuery(text: string): Connection {
  const pairs = text.split('&').filter((pair) => pair !== '');
  return readParameters(
    pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return name === 'ssl' ? ['sslmode', modeOf(value.join('='))] : [name, decode(value.join('='))];
    }),
    { mayShow: !text.includes('@') }, // a password with a '?' ends there
  );
}

/** The parameter `ssl` of other drivers: a boolean or a mode. */
function modeOf(ssl: string): string {
  if (/^(false|0|)$/.test(ssl)) return '';
  return /^(true|1)$/.test(ssl) ? 'require' : decode(ssl);
}

/** The meaning of each connection keyword. Errors: a sentence that follows the name of their origin. */
export function readParameters(
  pairs: readonly (readonly [name: string, value: string])[],
  { mayShow = true }: { readonly mayShow?: boolean } = {},
): Connection {
  const variables: Record<string, string> = {};
  const parameters: Record<string, string> = {};
  const ignored: string[] = [];
  for (const [name, value] of pairs) {
    const meaning = meaningOf(name);
    if (meaning === undefined) throw new Error(unknownParameter(name, mayShow));
    if ('refused' in meaning) throw new Error(`has the parameter '${name}', which ${meaning.refused}`);
    if ('ignored' in meaning) ignored.push(name);
    else if (value === '') continue;
    else if ('variable' in meaning) variables[meaning.variable] = value;
    else parameters[name] = value;
  }
  const unfit = Object.keys(parameters).find((name) => /[\n\r]|^\s|\s$/.test(parameters[name] ?? ''));
  if (unfit !== undefined)
    throw new Error(`has a value of '${unfit}' that begins or ends with a blank, or has two lines`);
  return { variables, parameters, ignored };
}

function unknownParameter(name: string, mayShow: boolean): string {
  const shown = mayShow && /^[a-z_]{1,30}$/i.test(name) ? name : '…';
  const meant = mayShow ? nearestKeyword(name) : undefined;
  const text = `has the parameter '${shown}', which nobody is known to use`;
  return meant === undefined ? text : `has the unknown parameter '${shown}': did you mean '${meant}'?`;
}

function decode(text: string): string {
  if (/%(?![0-9a-f]{2})/i.test(text)) throw new Error("has a '%' without two hexadecimal digits: write '%' as %25");
  let decoded: string;
  try {
    decoded = decodeURIComponent(text);
  } catch {
    throw new Error('has percent-encoded bytes that are not UTF-8');
  }
  if (decoded.includes('\0')) throw new Error('holds a zero byte');
  return decoded;
}

function given(variable: string, value: string): Variables {
  return value === '' ? {} : { [variable]: value };
}
