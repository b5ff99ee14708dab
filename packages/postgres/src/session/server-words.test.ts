import { ERRORS, EXIT_STATUSES } from '@postgres-backuper/base';
import { describe, expect, test } from 'vitest';
import { meaningOfLines, meaningOfStatement } from './server-words.ts';
import { SQLSTATES } from './sqlstates.test-data.ts';

const AT = 'psql: error: connection to server at "db" (10.0.0.1), port 5432 failed: ';

/** Texts as PostgreSQL 14 to 18 and their libpq write them. */
const SAID: readonly (readonly [string, string, number])[] = [
  ['psql: error: could not translate host name "db" to address: Name or service not known', 'host-unknown', 2],
  ['psql: error: could not translate host name "db" to address: Name does not resolve', 'host-unknown', 2],
  [
    'psql: error: could not translate host name "db" to address: No address associated with hostname',
    'host-unknown',
    2,
  ],
  [
    'psql: error: could not translate host name "db" to address: Temporary failure in name resolution',
    'server-unreachable',
    75,
  ],
  [`${AT}Connection refused`, 'server-unreachable', 75],
  [`${AT}No route to host`, 'server-unreachable', 75],
  [`${AT}timeout expired`, 'server-unreachable', 75],
  [`${AT}Connection timed out`, 'server-unreachable', 75],
  [
    'psql: error: connection to server on socket "/run/.s.PGSQL.5432" failed: No such file or directory',
    'server-unreachable',
    75,
  ],
  [`${AT}FATAL:  password authentication failed for user "u"`, 'login-failed', 2],
  [`${AT}fe_sendauth: no password supplied`, 'login-failed', 2],
  [`${AT}FATAL:  role "u" does not exist`, 'login-failed', 2],
  [`${AT}FATAL:  role "u" is not permitted to log in`, 'login-failed', 2],
  [`${AT}FATAL:  no pg_hba.conf entry for host "10.0.0.2", user "u", database "d", SSL encryption`, 'login-failed', 2],
  [
    `${AT}FATAL:  pg_hba.conf rejects connection for host "10.0.0.2", user "u", database "d", no encryption`,
    'login-failed',
    2,
  ],
  [`${AT}FATAL:  database "SSL error" does not exist`, 'database-missing', 2],
  [`${AT}FATAL:  database "d" is not currently accepting connections`, 'database-closed', 2],
  [`${AT}FATAL:  permission denied for database "d"`, 'privilege-missing', 2],
  [`${AT}FATAL:  sorry, too many clients already`, 'server-unavailable', 75],
  [
    `${AT}FATAL:  remaining connection slots are reserved for roles with the SUPERUSER attribute`,
    'server-unavailable',
    75,
  ],
  [`${AT}FATAL:  too many connections for role "u"`, 'server-unavailable', 75],
  [`${AT}FATAL:  the database system is starting up`, 'server-unavailable', 75],
  [`${AT}FATAL:  the database system is not yet accepting connections`, 'server-unavailable', 75],
  [`${AT}FATAL:  the database system is shutting down`, 'server-unavailable', 75],
  [`${AT}FATAL:  the database system is in recovery mode`, 'server-unavailable', 75],
  [`${AT}server closed the connection unexpectedly`, 'server-unavailable', 75],
  [`${AT}SSL SYSCALL error: Connection reset by peer`, 'server-unavailable', 75],
  [`${AT}SSL error: unexpected eof while reading`, 'server-unavailable', 75],
  [`${AT}server does not support SSL, but SSL was required`, 'server-tls', 2],
  [`${AT}SSL error: certificate verify failed`, 'server-tls', 2],
  [`${AT}SSL error: tlsv1 alert unknown ca`, 'server-tls', 2],
  [`${AT}SSL error: tlsv13 alert certificate required`, 'server-tls', 2],
  [`${AT}SSL error: sslv3 alert handshake failure`, 'server-tls', 2],
  [`${AT}root certificate file "/nowhere.pem" does not exist`, 'server-tls', 2],
  [`${AT}server certificate for "db1" (and 1 other name) does not match host name "db"`, 'server-tls', 2],
  [
    `${AT}private key file "/k" has group or world access; file must have permissions u=rw (0600) or less`,
    'server-tls',
    2,
  ],
  [`${AT}could not load private key file "/k": bad decrypt`, 'server-tls', 2],
  [`${AT}could not read certificate file "/c": no start line`, 'server-tls', 2],
  [`${AT}certificate present, but not private key file "/k"`, 'server-tls', 2],
  [`${AT}FATAL:  connection requires a valid client certificate`, 'server-tls', 2],
  [`psql: error: invalid sslmode value: "no-verify"`, 'server-tls', 2],
  [`${AT}SSL error: no SSL error reported`, 'connection-failed', 75],
  ['psql: error: definition of service "x" not found', 'configuration-invalid', 2],
  ['psql: error: invalid port number: "x"', 'configuration-invalid', 2],
  [`${AT}FATAL:  unrecognized configuration parameter "x"`, 'configuration-invalid', 2],
  [`${AT}ERROR:  unsupported startup parameter: options`, 'pooler-unsuitable', 2],
  ['pg_dump: error: query failed: ERROR:  out of shared memory', 'lock-table-full', 2],
  ['HINT:  You might need to increase max_locks_per_transaction.', 'lock-table-full', 2],
  [
    'pg_dump: error: query failed: ERROR:  canceling statement due to conflict with recovery',
    'transaction-conflict',
    75,
  ],
  ['FATAL:  terminating connection due to conflict with recovery', 'transaction-conflict', 75],
  ['pg_dump: error: query failed: ERROR:  could not open relation with OID 16384', 'transaction-conflict', 75],
  ['pg_dump: error: query failed: ERROR:  deadlock detected', 'transaction-conflict', 75],
  [
    'pg_dump: detail: Error message from server: ERROR:  invalid memory alloc request size 1073741824',
    'value-too-large',
    1,
  ],
  [
    'pg_dump: detail: Error message from server: ERROR:  missing chunk number 0 for toast value 16 in pg_toast_1',
    'server-damaged',
    1,
  ],
  [
    'pg_dump: detail: Error message from server: ERROR:  invalid page in block 7 of relation base/5/16384',
    'server-damaged',
    1,
  ],
  ['pg_dump: error: query failed: ERROR:  could not extend file "base/5/1": No space left on device', 'server-full', 1],
  ['pg_dump: error: query failed: ERROR:  invalid snapshot identifier: "00000003-1"', 'server-ambiguous', 2],
  ['pg_dump: error: query failed: ERROR:  canceling statement due to statement timeout', 'time-limit', 2],
  ['pg_dump: error: query failed: ERROR:  canceling statement due to user request', 'server-unavailable', 75],
  ['FATAL:  terminating connection due to administrator command', 'server-unavailable', 75],
  ['WARNING:  terminating connection because of crash of another server process', 'server-unavailable', 75],
  ['FATAL:  terminating connection due to idle-in-transaction timeout', 'server-unavailable', 75],
];

test.each(SAID)('%s', (line, code, exit) => {
  const meaning = meaningOfLines(['something before', line, 'something behind']);
  expect(meaning).toMatchObject({ code, line });
  expect(EXIT_STATUSES[ERRORS[meaning?.code ?? 'internal']]).toBe(exit);
});

const REFUSED = 'psql: error: connection to server at "db" (10.0.0.1), port 5432 failed: FATAL:  ';

/** Names may hold quotes, words of other reasons, and line feeds. */
test.each([
  ['database "sho"p" does not exist', 'database-missing'],
  ['database "a" SSL error: timeout expired "b" does not exist', 'database-missing'],
  ['database "is "x" gone" is not currently accepting connections', 'database-closed'],
  ['role "u" timed out "v" does not exist', 'login-failed'],
  ['password authentication failed for user "u"SSL"', 'login-failed'],
  [
    'no pg_hba.conf entry for host "10.0.0.2", user "u" SSL is not enabled "", database "d", no encryption',
    'login-failed',
  ],
  ['permission denied for database "starting "up""', 'privilege-missing'],
  ['too many connections for role "u" does not support SSL, but SSL was required "v"', 'server-unavailable'],
])('%s', (said, code) => {
  expect(meaningOfLines([REFUSED + said])?.code).toBe(code);
});

/** As PostgreSQL 15's packages translate them. */
test.each([
  ['Datenbank »sh"o"p« existiert nicht', 'database-missing'],
  ['no existe la base de datos «shop»', 'database-missing'],
  ["la base de données « shop » n'existe pas", 'database-missing'],
  ['il database "shop" non esiste', 'database-missing'],
  ['データベース"shop"は存在しません', 'database-missing'],
  ['მონაცემთა ბაზა "shop" არ არსებობს', 'database-missing'],
  ['"shop" 데이터베이스 없음', 'database-missing'],
  ['база данных "shop" не существует', 'database-missing'],
  ['databasen "shop" existerar inte', 'database-missing'],
  ['бази даних "shop" не існує', 'database-missing'],
  ['数据库 "shop" 不存在', 'database-missing'],
  ['Rolle »u« existiert nicht', 'login-failed'],
  ['роль "u" не существует', 'login-failed'],
  ['Rolle »u« hat keine Berechtigung zum Einloggen', 'login-failed'],
  ['Passwort-Authentifizierung für Benutzer »u« fehlgeschlagen', 'login-failed'],
  ['пользователь "u" не прошёл проверку подлинности (по паролю)', 'login-failed'],
  ["authentification peer échouée pour l'utilisateur « u »", 'login-failed'],
  ['kein pg_hba.conf-Eintrag für Host »h«, Benutzer »u«, Datenbank »d«, SSL-Verschlüsselung', 'login-failed'],
  ['Datenbank »shop« akzeptiert gegenwärtig keine Verbindungen', 'database-closed'],
  ['доступ к базе "shop" запрещён', 'privilege-missing'],
])('in the language of the server: %s', (said, code) => {
  const line = REFUSED + said;
  expect(meaningOfLines([line])).toMatchObject({ code, line });
});

test('a table without quotes around its name is no reason either', () => {
  const line = 'pg_dump: error: query failed: ERROR:  permission denied for table SSL certificate';
  expect(meaningOfLines([line])).toBeUndefined();
});

test('the reason counts, not what followed from it', () => {
  const lines = [
    'pg_dump: error: Error message from server: server closed the connection unexpectedly',
    'pg_dump: error: query failed: ERROR:  canceling statement due to conflict with recovery',
    'pg_dump: error: a worker process died unexpectedly',
  ];
  expect(meaningOfLines(lines)?.code).toBe('transaction-conflict');
});

test('the name of a table is no reason', () => {
  const line = 'pg_dump: error: Dumping the contents of table "SSL SYSCALL error" failed: PQgetResult() failed.';
  expect(meaningOfLines([line])).toBeUndefined();
});

describe('every SQLSTATE of PostgreSQL has a verdict', () => {
  const exitOf = (sqlState: string): number =>
    EXIT_STATUSES[ERRORS[meaningOfStatement({ sqlState, message: '' })?.code ?? 'statement-failed']];

  test('these may pass by themselves: trying again helps', () => {
    expect(SQLSTATES.filter((state) => exitOf(state) === 75)).toMatchInlineSnapshot(`
      [
        "08000",
        "08003",
        "08006",
        "08001",
        "08004",
        "08007",
        "08P01",
        "40000",
        "40002",
        "40001",
        "40003",
        "40P01",
        "53000",
        "53200",
        "53300",
        "53400",
        "55006",
        "55P03",
        "57014",
        "57P01",
        "57P02",
        "57P03",
        "57P05",
      ]
    `);
  });

  test('these need another setting, and no try', () => {
    expect(SQLSTATES.filter((state) => exitOf(state) === 2)).toMatchInlineSnapshot(`
      [
        "25P03",
        "25P04",
        "28000",
        "28P01",
        "3D000",
        "57P04",
      ]
    `);
  });

  test('all others are about the statement or its data: failed', () => {
    expect(SQLSTATES.filter((state) => ![75, 2].includes(exitOf(state))).every((state) => exitOf(state) === 1)).toBe(
      true,
    );
    expect(SQLSTATES.length).toBeGreaterThan(250);
  });

  test.each([
    ['40001', 'canceling statement due to conflict with recovery', 'transaction-conflict'],
    ['53200', 'out of shared memory', 'lock-table-full'],
    ['53200', 'out of memory', 'server-unavailable'],
    ['XX000', 'invalid memory alloc request size 1073741824', 'value-too-large'],
    ['XX000', 'cache lookup failed for relation 7', 'transaction-conflict'],
    ['57014', 'canceling statement due to statement timeout', 'time-limit'],
    ['22023', 'invalid snapshot identifier: "1"', 'server-ambiguous'],
  ])('%s %s', (sqlState, message, code) => {
    expect(meaningOfStatement({ sqlState, message })?.code).toBe(code);
  });
});
