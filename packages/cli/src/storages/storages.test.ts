import { LOCATION_EXAMPLES } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { schemeOf, storageKind } from './storages.ts';

test.each([
  ['/var/backups', 'file'],
  ['backups', 'file'],
  ['file:///var/backups', 'file'],
  ['S3://bucket/prefix', 's3'],
  ['sftp://u@h/path', 'sftp'],
  ['ftp://h/path', 'ftp'],
])('%s is of the scheme %s', (location, scheme) => {
  expect(schemeOf(location)).toBe(scheme);
  expect(storageKind(location) === undefined).toBe(scheme === 'ftp');
});

test('a hint names every way to write a location', () => {
  expect(LOCATION_EXAMPLES).toMatch(
    /^a directory, file:\/\/\/directory, s3:\/\/bucket\/prefix(, \S+)* or [a-z]+:\/\/\S+$/,
  );
});

test.each([
  ['s3://b/prefix', / is not s3:\/\/bucket\/prefix/],
  ['sftp://h/path', /: .*is not sftp:\/\/user@host:port\/path/],
  ['sftp://u@h', /: .*names no folder/],
  ['~/backups', /: only a shell knows what '~' is/],
  ['~', /: only a shell/],
  ['~backup/pg', /: only a shell/],
])('what is wrong with %s is said', (location, problem) => {
  expect(storageKind(location)?.problem(location, {})).toMatch(problem);
});

test.each(['/var/backups', './~/pg', 's3://bucket', 's3://bucket/a/b', 'sftp://u@h/a', 'sftp://u@h:22/~/a/'])(
  'nothing is wrong with %s',
  (location) => {
    expect(storageKind(location)?.problem(location, {})).toBeUndefined();
  },
);

test.each([
  ['backups', { GITLAB_CI: 'true' }],
  ['./backups', { GITHUB_ACTIONS: 'true' }],
  ['../backups', { TEAMCITY_VERSION: '2026.1' }],
  ['backups', { BACKUP_CI: 'machine' }],
])('%s is refused in a job, %j', (location, environment) => {
  expect(storageKind(location)?.problem(location, environment)).toMatch(/relative to the folder of the job/);
  expect(storageKind(location)?.problem(location, {})).toBeUndefined();
  expect(storageKind(`/srv/${location}`)?.problem(`/srv/${location}`, environment)).toBeUndefined();
});

test('a directory that does not outlive the job is said so', () => {
  const environment = { GITHUB_ACTIONS: 'true', RUNNER_ENVIRONMENT: 'github-hosted' };
  expect(storageKind('/srv/backups')?.loss?.('/srv/backups', environment)).toMatch(/'\/srv\/backups' will be lost: /);
  expect(storageKind('/srv/backups')?.loss?.('/srv/backups', {})).toBeUndefined();
  expect(storageKind('s3://b')?.loss?.('s3://b', environment)).toBeUndefined();
});

test('an old file by itself is a key in the storage where it lies', () => {
  expect(storageKind('/var/a.sql')?.oldFile('/var/a.sql')).toBeUndefined();
  expect(storageKind('s3://bucket/a/b.sql')?.oldFile('s3://bucket/a/b.sql')).toEqual({
    location: 's3://bucket',
    key: 'a/b.sql',
  });
  expect(storageKind('sftp://u@h/a/b.sql')?.oldFile('sftp://u@h/a/b.sql')).toEqual({
    location: 'sftp://u@h/a',
    key: 'b.sql',
  });
  for (const text of ['s3://bucket', 'sftp://u@h/b.sql']) {
    expect(() => storageKind(text)?.oldFile(text)).toThrow(expect.objectContaining({ code: 'configuration-invalid' }));
  }
});
