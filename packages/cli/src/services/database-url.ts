import { parse } from 'pg-connection-string';

/** Query parameters of a libpq URL, and the variable that says the same. */
const PARAMETERS: Readonly<Record<string, string>> = {
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  options: 'PGOPTIONS',
  application_name: 'PGAPPNAME',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  sslmode: 'PGSSLMODE',
  sslnegotiation: 'PGSSLNEGOTIATION',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslrootcert: 'PGSSLROOTCERT',
  sslcrl: 'PGSSLCRL',
  sslcrldir: 'PGSSLCRLDIR',
  sslsni: 'PGSSLSNI',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  requirepeer: 'PGREQUIREPEER',
  require_auth: 'PGREQUIREAUTH',
  channel_binding: 'PGCHANNELBINDING',
  gssencmode: 'PGGSSENCMODE',
  gssdelegation: 'PGGSSDELEGATION',
  krbsrvname: 'PGKRBSRVNAME',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  load_balance_hosts: 'PGLOADBALANCEHOSTS',
};
/** What frameworks add to a URL, and what says nothing about the connection. */
const IGNORED = ['schema', 'pgbouncer', 'connection_limit', 'pool_timeout', 'statement_cache_size', 'keepalives'];

export type Variables = Readonly<Record<string, string>>;
export type ParsedUrl = { readonly variables: Variables } | { readonly problem: string };

const SCHEME = /^postgres(?:ql)?(?:\+[a-z0-9]+)?:\/\//i;

/**
 * A `postgres://` URL as libpq variables. Stricter than libpq: what other programs read in another way is refused.
 * A problem names the part that is wrong and never repeats it, since any part may hold a piece of the password.
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
    const variables = {
      ...readHosts(hosts),
      ...readNames(credentials, path[0] ?? ''),
      ...readQuery(queries[0]),
    };
    return { variables };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

/** User, password and database, by pg-connection-string: it gets one host that means nothing, and no parameters. */
function readNames(credentials: string, path: string): Variables {
  if (credentials.split(':').length > 2)
    throw new Error("holds two ':' before the '@': write ':' in a password as %3A");
  for (const part of [...credentials.split(':'), path]) decode(part); // says what is wrong without repeating it
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

function readQuery(text: string | undefined): Variables {
  const variables: Record<string, string> = {};
  for (const pair of text ? text.split('&') : []) {
    const [key = '', ...value] = pair.split('=');
    const variable = Object.hasOwn(PARAMETERS, key) ? PARAMETERS[key] : undefined;
    if (variable !== undefined) Object.assign(variables, given(variable, decode(value.join('='))));
    else if (key === 'ssl') Object.assign(variables, value[0] === 'true' ? { PGSSLMODE: 'require' } : {});
    else if (!IGNORED.includes(key)) throw new Error(unknownParameter(key));
  }
  return variables;
}

function unknownParameter(key: string): string {
  return `has the parameter '${/^[a-z_]{1,30}$/i.test(key) ? key : '…'}', which libpq does not know`;
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

/** The variable of a libpq keyword such as `sslmode`; undefined when there is none. */
export function variableOf(keyword: string): string | undefined {
  return Object.hasOwn(PARAMETERS, keyword) ? PARAMETERS[keyword] : undefined;
}
