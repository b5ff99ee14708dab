import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, startTeamCityBuild } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Agent, createAgent, PASSPHRASE, told } from './harness.ts';

let agent: Agent;

beforeAll(async () => {
  agent = await createAgent();
  await agent.postgres.createDatabase('100% $shop');
  await agent.postgres.psql('CREATE TABLE a AS SELECT g FROM generate_series(1, 500) g', '100% $shop');
});
afterAll(() => agent?.remove());

test('the files of `init teamcity` make a backup on an agent, with the parameters that it names', async () => {
  const { folder, postgres, minio } = agent;
  const own = await mkdtemp(join(folder, 'started-'));
  const program = join(folder, 'dist/postgres-backuper.cjs');
  const words = ['init', 'teamcity', '--repository', 's3://backups/started', '--dbname', '100% $shop'];
  const said = await run(process.execPath, [program, ...words, '--s3-endpoint', minio.endpoint], {
    cwd: own,
    env: { PATH: '/usr/bin:/bin', HOME: own, BACKUP_PRIVATE_KEY_PASSPHRASE: PASSPHRASE },
  });
  const key = await readFile(join(own, 'backup-keys/backup-public.asc'));
  const texts = {
    'backup.host': postgres.host,
    'backup.user': postgres.user,
    'backup.publicKey': key.toString('base64'),
  };
  const passwords = {
    ...{ 'backup.password': postgres.password.replaceAll('%', '%%'), 'backup.s3AccessKey': minio.accessKey },
    ...{ 'backup.s3SecretKey': minio.secretKey },
  };
  const named = [...said.matchAll(/Add(, type password)?, ([\w.]+): /g)].map(([, secret, name]) => [name, !!secret]);
  const given = (values: object, secret: boolean) => Object.keys(values).map((name) => [name, secret]);
  expect(named.sort()).toEqual([...given(texts, false), ...given(passwords, true)].sort());
  const recipe = await readFile(join(own, '.teamcity/pluginData/_Self/metaRunners/PostgresBackuper.xml'), 'utf8');
  const kotlin = await readFile(join(own, '.teamcity/postgresbackup/PostgresBackup.kt'), 'utf8');
  const parameters = Object.fromEntries(
    [...kotlin.matchAll(/^ +param\("([^"]+)", ("(?:[^"\\]|\\.)*")\)$/gm)].map(([, name = '', text = '']) => [
      name,
      JSON.parse(text.replaceAll('\\$', '$')) as string,
    ]),
  );
  const step = { ...parameters, 'env.BACKUP_INPUT_PORT': String(postgres.port) };
  const build = { ...texts, 'env.BACKUP_PG_BIN_DIR': postgres.binDir };
  const environment = { PATH: `${join(process.execPath, '..')}:/usr/bin:/bin`, HOME: folder };
  const { ended } = await startTeamCityBuild({ recipe, parameters: step, build, passwords, environment, folder });
  const end = await ended;
  expect(end, end.log).toMatchObject({ status: 0, isSuccessful: true });
  expect(told(end, 'addBuildTag')).toHaveLength(1);
  expect(end.log).toContain('s3://backups/started');
});
