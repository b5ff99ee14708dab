import { describe, expect, test } from 'vitest';
import { parseDatabaseUrl } from './database-url.ts';

/** A connection with variables alone. */
function only(variables: object) {
  return { variables, parameters: {}, ignored: [] };
}

describe('a database URL', () => {
  test('becomes libpq variables', () => {
    expect(parseDatabaseUrl('postgres://me:p%40ss@db.example:6432/my%20db?sslmode=require&schema=public')).toEqual({
      variables: {
        PGUSER: 'me',
        PGPASSWORD: 'p@ss',
        PGHOST: 'db.example',
        PGPORT: '6432',
        PGDATABASE: 'my db',
        PGSSLMODE: 'require',
      },
      parameters: {},
      ignored: ['schema'],
    });
  });
  test('may name several hosts, an IPv6 address, a socket folder', () => {
    expect(parseDatabaseUrl('postgresql://h1:1,h2/db')).toEqual(
      only({ PGHOST: 'h1,h2', PGPORT: '1,5432', PGDATABASE: 'db' }),
    );
    expect(parseDatabaseUrl('postgresql://[::1]:5/db')).toEqual(only({ PGHOST: '::1', PGPORT: '5', PGDATABASE: 'db' }));
    expect(parseDatabaseUrl('postgresql:///db?host=/run/x')).toEqual(only({ PGHOST: '/run/x', PGDATABASE: 'db' }));
  });
  test('of SQLAlchemy loses the name of its driver', () => {
    expect(parseDatabaseUrl('postgresql+psycopg2://u@h/d')).toEqual(
      only({ PGUSER: 'u', PGHOST: 'h', PGDATABASE: 'd' }),
    );
  });
  test.each([
    'host=h user=u password=SEKRET',
    'mysql://u:SEKRET@h/d',
    'postgres://u:SEK@RET@h/d',
    'postgres://u:SEK/RET@h/d',
    'postgres://u:SEK:RET@h/d',
    'postgres://u:SEK%ZZRET@h/d',
    'postgres://u:SEK#RET@h/d',
    'postgres://u:SEK?RET@h/d',
    'postgres://u:SEK RET@h/d',
    'postgres://u:SEKRET@h:x/d',
    'postgres://u:SEKRET@h:99999/d',
    'postgres://u:SEKRET@h/d?SEKRET-x=1',
    'postgres://u:SEKRET@h/d%00',
  ])('that programs read differently is refused without a piece of it: %s', (url) => {
    const parsed = parseDatabaseUrl(url);
    expect(parsed).toHaveProperty('problem');
    expect(JSON.stringify(parsed)).not.toMatch(/SEK|RET/);
  });
  test('gives each parameter to libpq, or ignores it and says so', () => {
    expect(parseDatabaseUrl('postgres://h/d?keepalives_idle=30&tcp_user_timeout=10000&sslpassword=x%20y')).toEqual({
      ...only({ PGHOST: 'h', PGDATABASE: 'd' }),
      parameters: { keepalives_idle: '30', tcp_user_timeout: '10000', sslpassword: 'x y' },
    });
    expect(parseDatabaseUrl('postgres://h/d?min_protocol_version=3.0&client_encoding=utf8&prepareThreshold=0')).toEqual(
      {
        ...only({ PGHOST: 'h', PGDATABASE: 'd', PGMINPROTOCOLVERSION: '3.0' }),
        ignored: ['client_encoding', 'prepareThreshold'],
      },
    );
  });
  test.each([
    'uselibpqcompat=true',
    'pool=5',
    'pool_max_conns=5',
    'statement-cache-capacity=0',
    'connection_limit=5',
    'prepared_statements=false',
    'supa=base-pooler.x',
    'search_path=a',
    'sslaccept=strict',
  ])('says that %s means nothing here', (parameter) => {
    const [name] = parameter.split('=');
    expect(parseDatabaseUrl(`postgres://h/d?${parameter}`)).toMatchObject({
      variables: { PGHOST: 'h' },
      ignored: [name],
    });
  });
  test.each([
    ['kepalives_idle=30', "has the unknown parameter 'kepalives_idle': did you mean 'keepalives_idle'?"],
    ['zebra=1', "has the parameter 'zebra', which nobody is known to use"],
    ['zebra=1@h/d', "has the parameter '…', which nobody is known to use"],
    ['replication=database', "has the parameter 'replication', which asks for a replication connection"],
    ['sslpassword=a%0Ab', "has a value of 'sslpassword' that begins or ends with a blank, or has two lines"],
  ])('with %s is refused', (parameter, problem) => {
    expect(parseDatabaseUrl(`postgres://h/d?${parameter}`)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
