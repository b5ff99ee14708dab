import { say } from '@postgres-backuper/base';
import { describe, expect, test } from 'vitest';
import { firstConnectError, serverErrorOf } from './connect-error.ts';
import { failedStatement } from './said.ts';

describe('nothing listens on the socket of this machine', () => {
  const stderr = 'psql: error: connection to server on socket "/run/.s.PGSQL.5432" failed: No such file or directory\n';

  test.each([{}, { PGDATABASE: 'shop', PGUSER: 'u', PGAPPNAME: 'postgres-backuper' }, { PGHOST: '' }])(
    'and no setting names a server: %j',
    (env) => {
      const error = firstConnectError(stderr, { env });
      expect(error).toMatchObject({ code: 'configuration-invalid', exitStatus: 2 });
      expect(error?.message).toMatch(/^no server is given, and none runs on this machine: connection to server/);
      expect(error?.hint).toContain(say.option('databaseUrl'));
      expect(error?.hint).toContain(say.option('host'));
    },
  );

  test.each([{ PGHOST: '/run' }, { PGHOSTADDR: '127.0.0.1' }, { PGPORT: '5432' }])(
    'but a setting names it: it may come up again: %j',
    (env) => {
      expect(firstConnectError(stderr, { env })).toMatchObject({ code: 'server-unreachable', exitStatus: 75 });
    },
  );

  test('a server that is there and refuses is temporary, named or not', () => {
    const refused = 'psql: error: connection to server on socket "/run/.s.PGSQL.5432" failed: Connection refused\n';
    expect(firstConnectError(refused, { env: {} })).toMatchObject({ exitStatus: 75 });
  });
});

describe('a database that is not there', () => {
  const missing = (name: string) =>
    `psql: error: connection to server failed: FATAL:  database "${name}" does not exist\n`;

  test('may be a list that was taken as one name', () => {
    const error = firstConnectError(missing('app,crm'), { env: { PGDATABASE: 'app,crm' } });
    expect(error).toMatchObject({ code: 'database-missing', exitStatus: 2 });
    expect(error?.hint).toBe(
      `check ${say.given('dbname')}: 'app,crm' is taken as one name; give several one by one, in a variable or a field as a JSON array: ["app", "crm"]`,
    );
  });

  test('is a single name otherwise', () => {
    const error = firstConnectError(missing('app'), { env: { PGDATABASE: 'app' } });
    expect(error?.hint).toBe(`check ${say.given('dbname')}`);
  });
});

describe('a code that tells of a broken server', () => {
  const full = 'ERROR:  53100: full';
  test.each([
    ['of the server', `${full}\nLOCATION:  mdextend, md.c:1\n`, 'server-full'],
    [
      'of a function that writes such a line',
      `${full}\nLOCATION:  exec_stmt_raise, pl_exec.c:1\nLOCATION:  mdextend, md.c:1\n`,
      'server-full',
    ],
    ['without its source', `${full}\n`, 'server-full'],
    [
      'raised in PL/pgSQL',
      `${full}\nLOCATION:  mdextend, md.c:1\nLOCATION:  exec_stmt_raise, pl_exec.c:3911\n`,
      undefined,
    ],
    ['raised in PL/Python', `${full}\nLOCATION:  PLy_elog_impl, plpy_elog.c:1\n`, undefined],
    ['of another server', `${full}\nLOCATION:  pgfdw_report_error, connection.c:1\n`, undefined],
  ])('%s', (_, stderr, code) => {
    expect(serverErrorOf(failedStatement(stderr) ?? { sqlState: '', message: '' })?.code).toBe(code);
  });
});
