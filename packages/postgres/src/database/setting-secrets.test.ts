import type { HbaRule } from '@postgres-backuper/format';
import { expect, test } from 'vitest';
import { withoutSecret, withoutSecrets } from './setting-secrets.ts';

const kept = (name: string, value: string, type = 'string') =>
  withoutSecret({ name, value, type, source: 'configuration file', file: null }).value === value;

test.each([
  ['shared_buffers', '128MB', 'integer'],
  ['password_encryption', 'scram-sha-256', 'enum'],
  ['auto_explain.log_min_duration', '1s', 'integer'],
  ['log_line_prefix', '%m [%p] '],
  ['ssl_key_file', '/etc/ssl/server.key'],
  ['shared_preload_libraries', 'pg_stat_statements'],
  ['archive_command', ''],
])('the value of %s is kept', (name, value, type = 'string') => {
  expect(kept(name, value, type)).toBe(true);
});

test.each([
  ['primary_conninfo', 'host=primary password=s3cret'],
  ['archive_command', 'AWS_SECRET_ACCESS_KEY=s3cret wal-g push %p'],
  ['restore_command', 'curl -u me:s3cret https://wal/%f -o %p'],
  ['ssl_passphrase_command', 'echo s3cret'],
  ['anon.salt', 's3cret'],
  ['my.plain', 'word'],
  ['event_source', 'https://me:s3cret@host/'],
  ['cluster_name', 'passwd = s3cret'],
])('the value of %s is held back', (name, value) => {
  expect(kept(name, value)).toBe(false);
});

test('of the options of a rule only those stay that are no secret', () => {
  const options = ['ldapserver=ldap', 'ldapbindpasswd=s3cret', 'radiussecrets=s3cret', 'new=s3cret', 's3cret', 'map=m'];
  const given: HbaRule = {
    ...{ type: 'host', databases: ['all'], users: ['all'], address: '::', netmask: '::', method: 'ldap' },
    options,
  };
  const held = ['ldapserver=ldap', 'ldapbindpasswd=', 'radiussecrets=', 'new=', '=', 'map=m'];
  expect(withoutSecrets(given).options).toEqual(held);
  expect(withoutSecrets({ ...given, options: ['ldapurl=ldap://me:s3cret@host/'] }).options).toEqual(['ldapurl=']);
});
