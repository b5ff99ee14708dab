import { BackuperError, type ErrorCode } from '../errors.ts';

/** What libpq and the server say when a connection fails or breaks, and what it means. First match wins. */
const MEANINGS: readonly (readonly [RegExp, ErrorCode, string])[] = [
  [
    /not allowed in statement pooling mode|unsupported startup parameter/, // PgBouncer
    'pooler-unsuitable',
    'connect to PostgreSQL itself, or through a pool with pool_mode = session and ignore_startup_parameters = extra_float_digits, options',
  ],
  [/could not translate host name/, 'server-unreachable', 'check the host name (PG_HOST) and this machine’s DNS'],
  [
    /connection refused|no such file or directory|no route to host|network is unreachable/i,
    'server-unreachable',
    'check that the server runs and that PG_HOST and PG_PORT are right',
  ],
  [/timeout expired|timed out/, 'server-unreachable', 'check the network and the firewall between here and the server'],
  [
    /password authentication failed|no password supplied|SCRAM authentication requires/,
    'login-failed',
    'check PG_USER and PG_PASSWORD',
  ],
  [
    /role ".*" does not exist|no pg_hba\.conf entry|authentication failed/,
    'login-failed',
    'check PG_USER and the pg_hba.conf of the server',
  ],
  [/database ".*" does not exist/, 'database-missing', 'check PG_DB'],
  [
    /not currently accepting connections/,
    'database-closed',
    'allow connections first: ALTER DATABASE … ALLOW_CONNECTIONS true',
  ],
  [/permission denied for database/, 'privilege-missing', 'grant the role CONNECT on the database'],
  [
    /too many (clients|connections)|remaining connection slots/,
    'server-unavailable',
    'try again when the server has free connections',
  ],
  [
    /starting up|shutting down|terminating connection|server closed the connection|connection to server was lost|in recovery mode|crash of another server process/,
    'server-unavailable',
    'try again when the server is up',
  ],
  [/certificate|SSL|TLS/, 'connection-failed', 'check PGSSLMODE and PGSSLROOTCERT'],
];

/** The error for what psql, pg_dump or pg_restore said about its connection; undefined when it is about something else. */
export function connectError(stderr: string): BackuperError | undefined {
  for (const [pattern, code, hint] of MEANINGS) {
    const line = stderr.split('\n').find((text) => pattern.test(text));
    if (line !== undefined) return new BackuperError(code, tidy(line), { hint });
  }
  return undefined;
}

function tidy(line: string): string {
  return line
    .replace(/^(\S*\/)?(psql|pg_dump|pg_restore|pg_dumpall): /, '')
    .replace(/^error: /, '')
    .trim();
}
