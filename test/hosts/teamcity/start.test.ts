import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, startTeamCityBuild, type TeamCityBuildEnd } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { examplesOf, PATIENCE_SECONDS, settle } from '../../docs/start-page.ts';
import {
  fillLargeDatabase,
  holdReads,
  letLoadsWait,
  loadersIn,
  PARTS,
  readersIn,
  sumsOfLarge,
} from '../../large-database.ts';
import { type Agent, createAgent, PASSPHRASE, told } from './harness.ts';

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

test('one database over several builds: one backup, its summary has a line for each part, and several builds bring it back', async () => {
  const { postgres } = agent;
  await postgres.createDatabase('shop');
  await fillLargeDatabase(postgres, 'shop');
  await letLoadsWait(postgres, 'shop');
  const held = holdReads(postgres, 'shop');
  const backup = await readChain('parts');
  const [, script = ''] = /scriptContent = """\n(.*)\n/.exec(backup.kotlin) ?? [];
  const said = await run('sh', ['-euc', script.replaceAll('%%', '%')], { env: { PATH: '/usr/bin:/bin' } });
  const [, name = '', label = ''] = /^##teamcity\[setParameter name='(.+)' value='(.+)'\]$/m.exec(said) ?? [];
  const { holder, workers } = await runChain(backup, { [`dep.PartsLabel.${name}`]: label });
  const readers = readersIn(await summaryOf(holder, 'backup'));
  expect(readers).toHaveLength(PARTS);
  expect(await held).toBe(true);
  expect(readers).toContain('another job');
  for (const end of workers) expect(end.log).not.toContain(DEDUP_SECRET);
  const restore = await readChain('restore-parts');
  const asked = [...restore.kotlin.matchAll(/(?:text|checkbox)\("reverse\.dep\.\*\.([\w.]+)"/g)].map(([, one]) => one);
  expect(asked).toEqual(['restore.label', 'restore.into', 'restore.resume']);
  const into = `whole_${Date.now()}`; // a retry finds the first one
  const given = { 'restore.label': label, 'restore.into': into, 'restore.resume': '' };
  const restored = await runChain(restore, given);
  expect(loadersIn(await summaryOf(restored.holder, 'restore'))).not.toEqual([]);
  for (const end of [restored.holder, ...restored.workers]) expect(end.log).not.toContain(PASSPHRASE);
  expect(await sumsOfLarge(postgres, into)).toBe(await sumsOfLarge(postgres, 'shop'));
});

/** Builds of one chain, as its Kotlin file lays them out. */
interface Chain {
  readonly kotlin: string;
  /** Parameters of its project, secret ones apart. */
  readonly names: readonly string[];
  /** Fields of every step. */
  readonly common: Readonly<Record<string, string>>;
  /** Fields of the holder's step alone, then of the workers'. */
  readonly own: readonly Readonly<Record<string, string>>[];
  /** Values of the matrix. */
  readonly parts: readonly string[];
}

async function readChain(file: string): Promise<Chain> {
  const kotlin = await readFile(join(import.meta.dirname, `../../../docs/hosts/teamcity/${file}.kts`), 'utf8');
  const pairs = (text: string, pattern: RegExp) =>
    Object.fromEntries([...text.matchAll(pattern)].map(([, field = '', value = '']) => [field, value]));
  const [, values = ''] = /param\("backup\.part", listOf\((.*)\)\)/.exec(kotlin) ?? [];
  const fields = pairs(kotlin, /^ {8}param\("(env\.\w+)", "(.*)"\)$/gm);
  return {
    kotlin,
    names: [...kotlin.matchAll(/^ {8}(?:param|password)\("(backuper\.\w+)"/gm)].map(([, name = '']) => name),
    common: Object.fromEntries(
      Object.entries(fields).map(([field, value]) => [field, value.replace(/\$\{(\w+)\.id\}/, '$1')]),
    ),
    own: [...kotlin.matchAll(/step\(\w+Step\((.*)\)\)/g)].map(([, text = '']) => pairs(text, /"(\S+)" to "(.*?)"/g)),
    parts: [...values.matchAll(/value\("(.*?)"\)/g)].map(([, value = '']) => value),
  };
}

/** All of its builds at the same time; `given` are parameters that each has. */
async function runChain({ names, common, own, parts }: Chain, given: Readonly<Record<string, string>>) {
  const { folder, postgres, minio, publicKey, privateKey, recipes } = agent;
  const all = {
    ...{ 'backuper.host': postgres.host, 'backuper.dbname': 'shop', 'backuper.user': postgres.user },
    ...{ 'backuper.repository': 's3://backups/parts', 'backuper.endpoint': minio.endpoint },
    'backuper.publicKey': publicKey,
    ...{ 'backuper.password': postgres.password, 'backuper.accessKey': minio.accessKey },
    ...{ 'backuper.secretKey': minio.secretKey, 'backuper.dedupSecret': DEDUP_SECRET },
    ...{ 'backuper.privateKey': privateKey, 'backuper.passphrase': PASSPHRASE },
  };
  expect(Object.keys(all)).toEqual(expect.arrayContaining([...names]));
  expect([own.length, parts.length]).toEqual([2, PARTS - 1]);
  const known = Object.entries(all).filter(([name]) => names.includes(name));
  const isSecret = ([name]: readonly [string, string]) =>
    /password|Key|Secret|passphrase/.test(name) && name !== 'backuper.publicKey';
  const begin = (fields: Readonly<Record<string, string>> = {}, part = '') =>
    startTeamCityBuild({
      recipe: recipes['PostgresBackuper.xml'] ?? '',
      parameters: { ...common, ...fields, 'env.BACKUP_INPUT_PORT': String(postgres.port) },
      build: {
        ...Object.fromEntries(known.filter((one) => !isSecret(one))),
        ...{ ...given, 'backup.part': part, 'env.BACKUP_PG_BIN_DIR': postgres.binDir },
      },
      ...{ passwords: Object.fromEntries(known.filter(isSecret)), folder },
      environment: { PATH: `${join(process.execPath, '..')}:/usr/bin:/bin`, HOME: folder },
    });
  const builds = await Promise.all([begin(own[0]), ...parts.map((part) => begin(own[1], part))]);
  const ends = await Promise.all(builds.map(({ ended }) => ended));
  for (const end of ends) expect(end, end.log).toMatchObject({ status: 0, isSuccessful: true });
  const [holder, ...workers] = ends as [TeamCityBuildEnd, ...TeamCityBuildEnd[]];
  return { holder, workers };
}

function summaryOf({ tempDir }: TeamCityBuildEnd, command: string): Promise<string> {
  return readFile(join(tempDir, `postgres-backuper-${command}.md`), 'utf8');
}
