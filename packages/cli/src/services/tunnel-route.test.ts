import { expect, test } from 'vitest';
import { tunnelRoute } from './tunnel-route.ts';

test.each([
  ['ops@bastion', {}, { gateway: 'ops@bastion', port: undefined, server: 'localhost:5432' }],
  [
    'bastion:2222',
    { PGHOST: 'db.internal', PGPORT: '5433' },
    { gateway: 'bastion', port: '2222', server: 'db.internal:5433' },
  ],
  [
    'a.b@[::1]:22',
    { PGHOST: 'db', PGHOSTADDR: 'fe80::1' },
    { gateway: 'a.b@::1', port: '22', server: '[fe80::1]:5432' },
  ],
  ['b', { PGHOST: '/run/postgresql/' }, { gateway: 'b', port: undefined, server: '/run/postgresql/.s.PGSQL.5432' }],
])('%s to %o', (tunnel, env, route) => {
  expect(tunnelRoute(tunnel, env)).toEqual(route);
});

test.each(['-oProxyCommand=x', 'a b', 'u@-h', 'h:0', 'h:65536', "h';id", 'h\n', 'ssh://h', '$(id)@h', ''])(
  '%j is no SSH server',
  (tunnel) => {
    expect(tunnelRoute(tunnel, {})).toEqual({ problem: expect.stringContaining('user@host') });
  },
);

test.each([
  { PGHOST: 'one,two' },
  { PGHOST: 'h', PGPORT: '1,2' },
  { PGHOST: 'h:5432' },
  { PGHOST: '/a:b' },
  { PGHOST: '-h' },
  { PGHOST: '@abstract' },
])('%o is no server behind a tunnel', (env) => {
  expect(tunnelRoute('b', env)).toEqual({ problem: expect.stringContaining('is for one server') });
});
