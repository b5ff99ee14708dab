import { nearest } from '@postgres-backuper/base';

/** How a parameter of a connection reaches the client programs. */
export type Meaning =
  /** In this variable. */
  | { readonly variable: string }
  /** In a service file: libpq has no variable for it. */
  | { readonly service: true; readonly secret?: true }
  /** Has no effect on a dump. */
  | { readonly ignored: true }
  | { readonly refused: string };

const inService = { service: true } as const;
const ignored = { ignored: true } as const;
const variable = (name: string): Meaning => ({ variable: name });

/** Every keyword of libpq 18 (PostgreSQL's documentation, 32.1.2). */
const LIBPQ: Readonly<Record<string, Meaning>> = {
  host: variable('PGHOST'),
  hostaddr: variable('PGHOSTADDR'),
  port: variable('PGPORT'),
  dbname: variable('PGDATABASE'),
  user: variable('PGUSER'),
  password: variable('PGPASSWORD'),
  passfile: variable('PGPASSFILE'),
  options: variable('PGOPTIONS'),
  application_name: variable('PGAPPNAME'),
  connect_timeout: variable('PGCONNECT_TIMEOUT'),
  sslmode: variable('PGSSLMODE'),
  sslnegotiation: variable('PGSSLNEGOTIATION'),
  sslcompression: variable('PGSSLCOMPRESSION'),
  sslcert: variable('PGSSLCERT'),
  sslkey: variable('PGSSLKEY'),
  sslcertmode: variable('PGSSLCERTMODE'),
  sslrootcert: variable('PGSSLROOTCERT'),
  sslcrl: variable('PGSSLCRL'),
  sslcrldir: variable('PGSSLCRLDIR'),
  sslsni: variable('PGSSLSNI'),
  ssl_min_protocol_version: variable('PGSSLMINPROTOCOLVERSION'),
  ssl_max_protocol_version: variable('PGSSLMAXPROTOCOLVERSION'),
  min_protocol_version: variable('PGMINPROTOCOLVERSION'),
  max_protocol_version: variable('PGMAXPROTOCOLVERSION'),
  requirepeer: variable('PGREQUIREPEER'),
  require_auth: variable('PGREQUIREAUTH'),
  channel_binding: variable('PGCHANNELBINDING'),
  gssencmode: variable('PGGSSENCMODE'),
  gssdelegation: variable('PGGSSDELEGATION'),
  gsslib: variable('PGGSSLIB'),
  krbsrvname: variable('PGKRBSRVNAME'),
  target_session_attrs: variable('PGTARGETSESSIONATTRS'),
  load_balance_hosts: variable('PGLOADBALANCEHOSTS'),
  keepalives: inService,
  keepalives_idle: inService,
  keepalives_interval: inService,
  keepalives_count: inService,
  tcp_user_timeout: inService,
  sslpassword: { service: true, secret: true },
  scram_client_key: { service: true, secret: true },
  scram_server_key: { service: true, secret: true },
  client_encoding: ignored,
  fallback_application_name: ignored,
  sslkeylogfile: { refused: 'would write the keys of the connection to a file' },
  replication: { refused: 'asks for a replication connection, which cannot read tables' },
  service: { refused: 'belongs into the variable PGSERVICE' },
  servicefile: { refused: 'belongs into the variable PGSERVICEFILE' },
  oauth_issuer: { refused: 'asks for a login with OAuth, which needs a person' },
  oauth_client_id: { refused: 'asks for a login with OAuth, which needs a person' },
  oauth_client_secret: { refused: 'asks for a login with OAuth, which needs a person' },
  oauth_scope: { refused: 'asks for a login with OAuth, which needs a person' },
};

/** Parameters that frameworks and other drivers add to a URL; compared in lower case, with `_` for `-`. */
const FOREIGN = new Set([
  ...['schema', 'search_path', 'schema_search_path', 'currentschema', 'timezone', 'datestyle', 'encoding', 'charset'],
  ...['pgbouncer', 'connection_limit', 'statement_cache_size', 'sslidentity', 'sslaccept', 'socket_timeout'],
  ...['uselibpqcompat', 'supa', 'workaround', 'max', 'min', 'prepare', 'fetch_types', 'max_lifetime', 'idle_timeout'],
  ...['statement_timeout', 'lock_timeout', 'query_timeout', 'idle_in_transaction_session_timeout', 'keepalive'],
  ...['prepared_statements', 'preparethreshold', 'prepared_statement_cache_size', 'prepared_statement_name_func'],
  ...['statement_cache_capacity', 'statement_cache_mode', 'description_cache_capacity', 'default_query_exec_mode'],
  ...['binary_parameters', 'disable_prepared_binary_result', 'command_timeout', 'timeout', 'checkout_timeout'],
  ...['reaping_frequency', 'advisory_locks', 'min_messages', 'conn_max_age', 'conn_health_checks', 'ssl_require'],
  ...['disable_server_side_cursors', 'async_fallback', 'applicationname', 'logintimeout', 'connecttimeout'],
  ...['sockettimeout', 'tcpkeepalive', 'sslfactory', 'stringtype', 'rewritebatchedinserts', 'defaultrowfetchsize'],
  ...['targetservertype', 'loadbalancehosts', 'queue_target', 'queue_interval', 'connectiontimeoutmillis', 'poolsize'],
]);

/** The meaning of a parameter; undefined: no known program uses it. */
export function meaningOf(name: string): Meaning | undefined {
  if (Object.hasOwn(LIBPQ, name)) return LIBPQ[name];
  const plain = name.toLowerCase().replaceAll('-', '_');
  return FOREIGN.has(plain) || /^pool(_|$)/.test(plain) ? ignored : undefined;
}

/** The libpq keyword nearest to a mistyped name. */
export function nearestKeyword(name: string): string | undefined {
  return nearest(name.toLowerCase(), Object.keys(LIBPQ));
}

/** The keyword of a variable, e.g. `sslmode` of PGSSLMODE. */
export function keywordOf(name: string): string | undefined {
  return Object.keys(LIBPQ).find((keyword) => isVariable(LIBPQ[keyword], name));
}

/** Keywords whose values appear in no text. */
export const SECRET_KEYWORDS: readonly string[] = Object.entries(LIBPQ).flatMap(([keyword, meaning]) =>
  'secret' in meaning && meaning.secret === true ? [keyword] : [],
);

function isVariable(meaning: Meaning | undefined, name: string): boolean {
  return meaning !== undefined && 'variable' in meaning && meaning.variable === name;
}
