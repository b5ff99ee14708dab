import { expect, test } from 'vitest';
import { holdsCredentials } from './shown.ts';

test.each([
  'sftp://user@host/path',
  'sftp://user%40example.com@host:22/path',
  'SFTP://user@[::1]/a@b',
  's3://bucket/a@b',
  '[nas]:2222 ssh-ed25519 AAAA user@host',
])("'%s' holds no credentials", (text) => {
  expect(holdsCredentials(text)).toBe(false);
});

test.each([
  'sftp://user:secret@host/path',
  'sftp://user@secret@host/path',
  's3://key:secret@bucket/path',
  'https://user@host/',
  'see sftp://user@host/',
  'password=secret',
])("'%s' may hold credentials", (text) => {
  expect(holdsCredentials(text)).toBe(true);
});
