import { type ErrorCode, say } from '@postgres-backuper/base';
import { withoutNames } from './said.ts';

/** The meaning of a message of the server or libpq for a run. */
export interface Meaning {
  /** Its exit status says whether trying again later may help (docs/exit-status.md). */
  readonly code: ErrorCode;
  /** One sentence: what to do. */
  readonly hint: string;
}

interface Row extends Meaning {
  /** SQLSTATEs (PostgreSQL, appendix A): psql prints them, whatever the language of the server. */
  readonly states?: RegExp;
  /** SQLSTATEs that mean this only with these words. */
  readonly doubtful?: RegExp;
  /** English words of libpq and of the server: pg_dump and pg_restore print no SQLSTATE. */
  readonly words?: RegExp;
}

const TLS: Omit<Row, 'words'> = {
  code: 'server-tls',
  hint: 'correct PGSSLMODE, PGSSLROOTCERT, PGSSLCERT and PGSSLKEY, which this server and its certificate must fit',
};

/**
 * The only list of errors between this program and a server. First match wins: special rows come first, since a program
 * often prints both a cause and its effect. Words are those of PostgreSQL 14 to 18 (sources: fe-connect.c,
 * fe-secure-openssl.c, fe-auth.c, postinit.c, auth.c, procsignal.c, lock.c).
 */
const ROWS: readonly Row[] = [
  {
    words: /conversion between \S+ and \S+ is not supported/,
    code: 'platform-unsupported',
    hint: 'back up this database with pg_dump: its encoding (MULE_INTERNAL) has no conversion to UTF8',
  },
  {
    words: /due to conflict with recovery/,
    doubtful: /^(40001|57P01)$/,
    code: 'transaction-conflict',
    hint: `give ${say.option('pauseReplay')}, raise max_standby_streaming_delay on the standby or set hot_standby_feedback = on, or back up the primary`,
  },
  {
    words: /max_locks_per_transaction|max_pred_locks_per_transaction|out of shared memory/,
    doubtful: /^53200$/,
    code: 'lock-table-full',
    hint: 'raise max_locks_per_transaction on the server and restart it: a dump locks every table at once',
  },
  {
    words: /invalid memory alloc request size|Cannot enlarge string buffer|requested length too long/,
    states: /^54000$/,
    doubtful: /^(XX000|53200)$/,
    code: 'value-too-large',
    hint: `shorten the values of nearly 1 GB, which the server cannot send as text, or leave out their table with ${say.option('excludeTableData')}`,
  },
  {
    words: /invalid page in block|could not read block|(missing|unexpected) chunk number|invalid page header/,
    states: /^XX00[12]$/,
    code: 'server-damaged',
    hint: "pin the newest good backup and repair the server's files before anything else: they are damaged",
  },
  {
    words: /No space left on device|could not extend file/,
    states: /^53100$/,
    code: 'server-full',
    hint: 'free some space on the disks of the server',
  },
  {
    words: /invalid snapshot identifier|could not import the requested snapshot|snapshot "" does not exist/,
    doubtful: /^(22023|42704|55000|58P01)$/,
    code: 'server-ambiguous',
    hint: `name one server in ${say.given('host')}: this address leads to several`,
  },
  {
    words: /not allowed in statement pooling mode|unsupported startup parameter/, // PgBouncer
    code: 'pooler-unsuitable',
    hint: 'connect to PostgreSQL itself, or through a pool with pool_mode = session and ignore_startup_parameters = extra_float_digits, options',
  },
  {
    words: /Name or service not known|Name does not resolve|No address associated|nodename nor servname/,
    code: 'host-unknown',
    hint: `correct the host name in ${say.given('host')}: there is no host of this name`,
  },
  {
    words: /could not translate host name/,
    code: 'server-unreachable',
    hint: `check the host name in ${say.given('host')} and the name servers of this machine`,
  },
  {
    words: /(connect to|connection to) server .*failed: No such file/i,
    code: 'server-unreachable',
    hint: `start the server on this machine, or name another one in ${say.given('host')} or ${say.given('databaseUrl')}`,
  },
  {
    words: /Connection refused|No route to host|Network is unreachable/i,
    code: 'server-unreachable',
    hint: `check that the server runs, ${say.given('host')} and ${say.given('port')}`,
  },
  {
    words: /timeout expired|timed out/,
    code: 'server-unreachable',
    hint: 'check the network and the firewall between here and the server',
  },
  {
    words:
      /has group or world access|must be owned by|is not a regular file|certificate verify failed|root certificate file .* does not exist|could not (load|read|get|open) .*(certificate|private key|home directory)|certificate present, but not private key|certificate does not match private key|does not match host name|could not get server's host name|host name must be specified for a verified|does not support SSL, but SSL was required|SSL is not enabled|invalid sslmode|sslmode value .* invalid|weak sslmode|alert (unknown ca|bad certificate|certificate|handshake failure|protocol version|access denied)|unsupported protocol|wrong version number|no protocols available|requires a valid client certificate|certificate authentication failed|invalid (ssl|SSL) ?(minimum|maximum)?.*version/,
    ...TLS,
  },
  {
    words:
      /password authentication failed|no password supplied|SCRAM|scram|password is expired|empty password returned/,
    states: /^28P01$/,
    code: 'login-failed',
    hint: `check ${say.given('user')} and ${say.given('password')}`,
  },
  {
    words:
      /role "" does not exist|pg_hba\.conf|authentication failed|not permitted to log in|authentication method .* (not supported|requirement)|requires? authentication|peer user name|channel binding/,
    states: /^28000$/,
    code: 'login-failed',
    hint: `check ${say.given('user')} and the pg_hba.conf of the server`,
  },
  {
    words: /database "" does not exist|terminating connection because.*database.*dropped/,
    states: /^(3D000|57P04)$/,
    code: 'database-missing',
    hint: `check ${say.given('dbname')}`,
  },
  {
    words: /not currently accepting connections/,
    code: 'database-closed',
    hint: 'allow connections first: ALTER DATABASE … ALLOW_CONNECTIONS true',
  },
  {
    words: /permission denied for database/,
    code: 'privilege-missing',
    hint: 'grant the role CONNECT on the database',
  },
  {
    words: /too many (clients|connections)|remaining connection slots/,
    states: /^53300$/,
    code: 'server-unavailable',
    hint: 'try again when the server has free connections',
  },
  {
    words:
      /starting up|shutting down|terminating connection|server closed the connection|connection to server was lost|in recovery mode|not yet accepting connections|crash of another server process|SSL SYSCALL error|unexpected eof while reading|could not (send|receive) data|connection not open|no connection to the server|Connection reset by peer|Broken pipe|lost synchronization with server|invalid client encoding/,
    states: /^(57P0[1235]|08...)$/,
    code: 'server-unavailable',
    hint: 'try again when the server is up',
  },
  {
    words: /deadlock detected|could not serialize access|could not open relation with OID|cache lookup failed/,
    states: /^(40...|55006)$/,
    doubtful: /^XX000$/,
    code: 'transaction-conflict',
    hint: 'try again: other sessions changed the same objects just then',
  },
  {
    words: /canceling statement due to lock timeout/,
    states: /^55P03$/,
    code: 'lock-unavailable',
    hint: `a table stayed locked for longer than ${say.option('lockTimeout')} allows: try again when the other session is done`,
  },
  {
    words: /canceling statement due to statement timeout|due to (transaction|idle-in-transaction|idle-session) timeout/,
    states: /^25P0[34]$/,
    doubtful: /^57014$/,
    code: 'time-limit',
    hint: 'raise statement_timeout of the role or the database: ALTER ROLE … SET statement_timeout = 0',
  },
  {
    words: /canceling statement due to user request/,
    states: /^57014$/,
    code: 'server-unavailable',
    hint: 'try again: somebody cancelled a statement of this run',
  },
  {
    words: /^.*ERROR: +out of memory|out of memory$/,
    states: /^53[24]00$|^53000$/,
    code: 'server-unavailable',
    hint: 'try again when the server has more memory free',
  },
  {
    words:
      /definition of service "" not found|syntax error in service file|invalid (integer|port|connection option|channel_binding|gssencmode|target_session_attrs|load_balance_hosts|require_auth|sslnegotiation|connect_timeout)|unrecognized configuration parameter|permission denied to set parameter|could not match \d+ (port|host)/,
    code: 'configuration-invalid',
    hint: 'correct the connection settings (PG* variables, the URL, the service file): psql refuses them too',
  },
  {
    words: /SSL|TLS|certificate|GSSAPI/,
    code: 'connection-failed',
    hint: 'check PGSSLMODE and PGSSLROOTCERT',
  },
];

/** The meaning of a failed statement; undefined if the error is about the statement itself or its data. */
export function meaningOfStatement(said: { readonly sqlState: string; readonly message: string }): Meaning | undefined {
  const { sqlState } = said;
  const message = withoutNames(said.message);
  return ROWS.find(
    ({ doubtful, states, words }) => states?.test(sqlState) || (doubtful?.test(sqlState) && words?.test(message)),
  );
}

/** The first match in the order of the table; undefined if no line matches. */
export function meaningOfLines(lines: readonly string[]): (Meaning & { readonly line: string }) | undefined {
  const texts = lines.map(withoutNames);
  for (const { code, hint, words } of ROWS) {
    const index = words === undefined ? -1 : texts.findIndex((text) => words.test(text));
    if (index >= 0) return { code, hint, line: lines[index] ?? '' };
  }
  return undefined;
}
