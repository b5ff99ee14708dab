import { expect, test } from 'vitest';
import { parseSftpUrl } from './address.ts';

test('the path is absolute, and /~/ begins in the home of the account', () => {
  expect(parseSftpUrl('sftp://backup@nas.example/srv/backups/')).toEqual({
    user: 'backup',
    host: 'nas.example',
    port: 22,
    path: '/srv/backups',
    url: 'sftp://backup@nas.example/srv/backups',
  });
  expect(parseSftpUrl('sftp://backup@nas.example/~/pg/app').path).toBe('pg/app');
  expect(parseSftpUrl('sftp://backup@nas.example//srv//backups').path).toBe('/srv/backups');
});

test('port, IPv6 and what is written as %XX are read', () => {
  expect(parseSftpUrl('SFTP://b@[2001:DB8::1]:2222/a')).toMatchObject({ host: '2001:db8::1', port: 2222 });
  expect(parseSftpUrl('sftp://u%40example.com@h/a%20b')).toMatchObject({ user: 'u@example.com', path: '/a b' });
  expect(parseSftpUrl('sftp://b@h:22/a').url).toBe('sftp://b@h/a');
});

test.each([
  ['no user', 'sftp://h/a'],
  ['no path', 'sftp://u@h'],
  ['the root', 'sftp://u@h/'],
  ['the home itself', 'sftp://u@h/~'],
  ['a port that is none', 'sftp://u@h:70000/a'],
  ['a way out', 'sftp://u@h/a/../b'],
  ['a way out in %XX', 'sftp://u@h/a/%2e%2e/b'],
  ['a line end', 'sftp://u@h/a%0Ab'],
  ['a broken %XX', 'sftp://u@h/a%zz'],
  ['a query', 'sftp://u@h/a?b=c'],
  ['two users', 'sftp://u@v@h/a'],
])('%s is configuration-invalid', (_, text) => {
  expect(() => parseSftpUrl(text)).toThrow(expect.objectContaining({ code: 'configuration-invalid' }));
});

test('a password is refused and repeated nowhere', () => {
  try {
    parseSftpUrl('sftp://u:CANARY@h/a');
    expect.unreachable();
  } catch (error) {
    expect(`${(error as Error).message} ${(error as { hint: string }).hint}`).toContain('holds a password');
    expect(JSON.stringify([(error as Error).message, error])).not.toContain('CANARY');
  }
});
