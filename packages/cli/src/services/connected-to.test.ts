import { type CommandName, resolveSettings } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { connectedTo } from './connected-to.ts';

const shown = (command: CommandName, variables: Readonly<Record<string, string>> = {}) => {
  const environment = { DATABASE_URL: 'postgres://u:p@h/shop', ...variables };
  return connectedTo({ resolved: resolveSettings({ command, environment, flags: new Map() }), environment });
};

test('a backup names its server and the database that it reads', () => {
  expect(shown('backup')).toEqual({ server: 'h:5432', databases: ['shop'] });
});

test('a restore names the database that it makes, never the one of the URL', () => {
  expect(shown('restore', { BACKUP_INTO: 'copy' })).toEqual({ server: 'h:5432', databases: ['copy'] });
  expect(shown('restore')).toEqual({ server: 'h:5432' });
});

test('a drill names its server only: its scratch database is in no setting', () => {
  const drill = { BACKUP_LEVEL: 'restore', BACKUP_DRILL_ON: 'server' };
  expect(shown('verify', drill)).toEqual({ server: 'h:5432' });
});
