import { resolveSettings } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { commandEnvironment, secretsOf } from './command-environment.ts';

const ENVIRONMENT = {
  ...{ PATH: '/bin', HOME: '/root', AWS_SECRET_ACCESS_KEY: 'aws-secret', EMPTY: undefined },
  ...{ BACKUP_REPOSITORY: '/r', INPUT_HOST: 'h', OTEL_EXPORTER_OTLP_HEADERS: 'a=b', PGPASSWORD: 'pg-secret' },
  DATABASE_URL: 'postgres://u:p%40ssword@h/d',
};

test('a command gets the variables of the job without the secrets of this program', () => {
  expect(commandEnvironment(ENVIRONMENT)).toEqual({
    ...{ PATH: '/bin', HOME: '/root', AWS_SECRET_ACCESS_KEY: 'aws-secret' },
  });
});

test('a password in a URL is a secret by itself, as it is written and as it is used', () => {
  const { settings } = resolveSettings({ command: 'backup', environment: ENVIRONMENT, flags: new Map() });
  const secrets = secretsOf(settings, ENVIRONMENT);
  expect(secrets).toEqual(expect.arrayContaining(['p%40ssword', 'p@ssword', 'pg-secret', 'aws-secret']));
});
