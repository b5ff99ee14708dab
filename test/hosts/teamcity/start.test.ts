import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, startTeamCityBuild } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examplesOf, PATIENCE_SECONDS, settle } from '../../docs/start-page.ts';
import { fillLargeDatabase, PARTS, readersIn, sumsOfLarge } from '../../large-database.ts';
import { type Agent, createAgent, READER, told } from './harness.ts';

/** 32 bytes in base64. */
const DEDUP_SECRET = 'canaryOfDifferentials0123456789abcdefghijkA=';

let agent: Agent;

beforeAll(async () => {
  agent = await createAgent();
  await agent.postgres.createDatabase('100% $shop');
  await agent.postgres.psql('CREATE TABLE a AS SELECT g FROM generate_series(1, 500) g', '100% $shop');
});
afterAll(() => agent?.remove());

test('the page of the start: what `init` makes and names is enough for a backup, which is proven', async () => {
  const { folder, postgres, minio } = agent;
  const examples = examplesOf(minio, 's3://backups/started', '100% $shop');
  const newcomer = await settle({ folder, examples, program: join(folder, 'dist/postgres-backuper.cjs') });
  const { stdout: said } = await newcomer.follow('TeamCity', 0);
  const own = newcomer.project;
  const key = await readFile(join(newcomer.home, 'backup-keys/backup-public.asc'));
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
  const proven = await newcomer.follow('Prove it');
  const [label] = /backup_\d{8}_\d{6}_\w+/.exec(end.log) ?? [];
  expect(proven.stdout).toContain(`${label}  every object was read, every hash is right`);
  console.log(`from nothing to a proven backup on TeamCity (an agent): ${newcomer.seconds().toFixed(0)} s`);
  expect(newcomer.seconds()).toBeLessThan(PATIENCE_SECONDS);
});

test('one database over several builds: one backup, its summary has a line for each part, and it is brought back', async () => {
  const { folder, postgres, minio, publicKey } = agent;
  await postgres.createDatabase('shop');
  await fillLargeDatabase(postgres, 'shop');
  const kotlin = await readFile(join(import.meta.dirname, '../../../docs/hosts/teamcity/parts.kts'), 'utf8');
  const build = {
    ...{ 'backuper.host': postgres.host, 'backuper.dbname': 'shop', 'backuper.user': postgres.user },
    ...{ 'backuper.repository': 's3://backups/parts', 'backuper.endpoint': minio.endpoint },
    'backuper.publicKey': publicKey,
  };
  const passwords = {
    ...{ 'backuper.password': postgres.password, 'backuper.accessKey': minio.accessKey },
    ...{ 'backuper.secretKey': minio.secretKey, 'backuper.dedupSecret': DEDUP_SECRET },
  };
  const named = kotlin.matchAll(/^ {8}(?:param|password)\("(backuper\.\w+)"/gm);
  expect([...named].map(([, name]) => name).sort()).toEqual(Object.keys({ ...build, ...passwords }).sort());
  const [, script = ''] = /scriptContent = """\n(.*)\n/.exec(kotlin) ?? [];
  const said = await run('sh', ['-euc', script.replaceAll('%%', '%')], { env: { PATH: '/usr/bin:/bin' } });
  const [, name = '', label = ''] = /^##teamcity\[setParameter name='(.+)' value='(.+)'\]$/m.exec(said) ?? [];
  const common = [...kotlin.matchAll(/^ {8}param\("(env\.\w+)", "(.*)"\)$/gm)].map(([, field = '', value = '']) => [
    field,
    value.replace(/\$\{(\w+)\.id\}/, '$1'),
  ]);
  const steps = [...kotlin.matchAll(/PartsStep\("(\S+)" to "(.+)"\)/g)].map(([, field = '', value = '']) => [
    field,
    value,
  ]);
  const [, values = ''] = /param\("backup\.part", listOf\((.*)\)\)/.exec(kotlin) ?? [];
  const parts = [...values.matchAll(/value\("(.*?)"\)/g)].map(([, value = '']) => value);
  expect([steps.length, parts.length]).toEqual([2, PARTS - 1]);
  const begin = (step: readonly string[] | undefined, part = '') =>
    startTeamCityBuild({
      recipe: agent.recipes['PostgresBackuper.xml'] ?? '',
      parameters: { ...Object.fromEntries([...common, step ?? []]), 'env.BACKUP_INPUT_PORT': String(postgres.port) },
      build: {
        ...{ ...build, 'backup.part': part, [`dep.PartsLabel.${name}`]: label },
        'env.BACKUP_PG_BIN_DIR': postgres.binDir,
      },
      ...{ passwords, folder },
      environment: { PATH: `${join(process.execPath, '..')}:/usr/bin:/bin`, HOME: folder },
    });
  const builds = await Promise.all([begin(steps[0]), ...parts.map((part) => begin(steps[1], part))]);
  const [holder, ...workers] = await Promise.all(builds.map(({ ended }) => ended));
  for (const end of [holder, ...workers]) expect(end, end?.log).toMatchObject({ status: 0, isSuccessful: true });
  const readers = readersIn(await readFile(join(holder?.tempDir ?? '', 'postgres-backuper-backup.md'), 'utf8'));
  expect(readers).toHaveLength(PARTS);
  expect(readers).toContain('another job');
  for (const end of workers) expect(end.log).not.toContain(DEDUP_SECRET);
  const INTO = `whole_${Date.now()}`; // a retry finds the first one
  const fields = { REPOSITORY: 's3://backups/parts', DBNAME: 'shop', TARGET: label, INTO, ...READER };
  const restored = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'restore', ...fields });
  expect(restored, restored.log).toMatchObject({ isSuccessful: true });
  expect(await sumsOfLarge(postgres, INTO)).toBe(await sumsOfLarge(postgres, 'shop'));
});
