import { mkdtemp, readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRecipe, startTeamCityBuild } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Agent, createAgent, figures, READER, told } from './harness.ts';

const NASTY = "100% ##teamcity[buildStop comment='x'] |n ::error:: \u001b[31mтест";
const TWO_DAYS_MS = 48 * 3_600_000;

let agent: Agent;

beforeAll(async () => {
  agent = await createAgent();
  await agent.postgres.createDatabase('app');
  await agent.postgres.psql('CREATE TABLE a AS SELECT g FROM generate_series(1, 500) g; CREATE TABLE b (n int)', 'app');
  for (const name of ['crm', NASTY]) await agent.postgres.createDatabase(name);
  await agent.postgres.psql(`CREATE TABLE "##teamcity[y]|'" AS SELECT 1 AS n`, NASTY);
});
afterAll(() => agent?.remove());

test('a backup: phases, figures, tag, parameter, status text, the document as artifact', async () => {
  const end = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'backup' });
  expect(end, end.log).toMatchObject({ status: 0, isSuccessful: true });
  expect(told(end, 'progressMessage').map((values) => values[''])).toEqual(
    expect.arrayContaining(['checking server, keys and repository', 'taking a snapshot']),
  );
  const [artifact, report] = told(end, 'publishArtifacts');
  expect(artifact).toEqual({ '': join(end.tempDir, 'postgres-backuper-backup.json') });
  expect(report).toEqual({ '': join(end.tempDir, 'postgres-backuper-backup.md') });
  const page = await readFile(report?.[''] ?? '', 'utf8');
  expect(page).toContain('PostgreSQL backup');
  expect(page).toContain('Command = restore\n');
  expect(page).toContain('New database = app_restored\n');
  const [backup] = JSON.parse(await readFile(artifact?.[''] ?? '', 'utf8')).result.backups;
  expect(told(end, 'addBuildTag')).toEqual([{ '': backup.label }]);
  expect(told(end, 'setParameter')).toEqual([{ name: 'postgresBackuper.label', value: backup.label }]);
  const { rawBytes, storedBytes, tables, rows } = backup.totals;
  expect(figures(end)).toMatchObject({ rawBytes, storedBytes, tables, rows, duration: backup.durationMs });
  expect(figures(end).ratio).toBeCloseTo(rawBytes / storedBytes, 5);
  expect(told(end, 'buildStatus')[0]?.text).toContain(`'app' ${backup.label}: 2 tables`);
});

test("the fields win over a DATABASE_URL of the build's tests, and dbname over the field of a URL", async () => {
  const { user, password, host, port } = agent.postgres;
  const url = `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/app`;
  const fields = { DBNAME: 'crm', REPOSITORY: 's3://backups/two', POSTGRES_BACKUPER_COMMAND: 'backup' };
  const none = { HOST: '', PORT: '', USER: '', PASSWORD: '' };
  for (const end of [
    await agent.run(fields, { build: { 'env.DATABASE_URL': url.replaceAll('%', '%%') } }),
    await agent.run({ ...fields, ...none, DATABASE_URL: url.replaceAll('%', '%%') }),
  ]) {
    expect(end, end.log).toMatchObject({ status: 0, isSuccessful: true });
    expect(told(end, 'buildStatus')[0]?.text).toContain("'crm' backup_");
  }
  const other = await agent.run({ ...fields, DATABASE_URL: 'postgres://other.invalid/app' });
  expect(other.status).toBe(2);
  expect(told(other, 'buildProblem')[0]?.description).toMatch(
    /names the server 'other.invalid', but .*'127.0.0.1:\d+'/,
  );
});

test('a verification shows each table as a test', async () => {
  const end = await agent.run({
    POSTGRES_BACKUPER_COMMAND: 'verify',
    POSTGRES_BACKUPER_INPUT_TARGET: 'latest',
    ...READER,
  });
  expect(end, end.log).toMatchObject({ status: 0, isSuccessful: true });
  const names = told(end, 'testStarted').map(({ name }) => name);
  expect(names.sort()).toEqual(['objects of the backup', 'public.a', 'public.b']);
  // the build may have made the backup too: its duration stays
  expect(Object.keys(figures(end)).sort()).toEqual([
    'damagedBackups',
    'degradedBackups',
    'verifiedBackups',
    'verifyDuration',
  ]);
  expect(told(end, 'testFailed')).toEqual([]);
});

test('restore, list, status, prune and check', async () => {
  const INTO = `copy_${Date.now()}`; // a retry finds the first one
  // no backup is chosen: the latest
  const restored = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'restore', INTO, ...READER });
  expect(restored, restored.log).toMatchObject({ isSuccessful: true });
  expect(await agent.postgres.psql('SELECT count(*) FROM a', INTO)).toBe('500');
  const listed = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'list' });
  expect(listed, listed.log).toMatchObject({ isSuccessful: true });
  const backups = new Set(listed.log.match(/backup_\d{8}_\d{6}_[0-9a-f]{6}/g)).size;
  expect(backups).toBeGreaterThan(0);
  const status = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'status' });
  expect(status, status.log).toMatchObject({ isSuccessful: true });
  expect(figures(status).age).toBeGreaterThan(0);
  const pruned = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'prune', DRY_RUN: 'true' });
  expect(figures(pruned), pruned.log).toMatchObject({ backups, deletedBackups: 0 });
  const checked = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'check' });
  expect(checked.log).toContain('repository');
});

test('a variable of the build counts where the field is empty, and the field where both say something', async () => {
  const build = { 'env.BACKUP_DBNAME': 'missing', 'env.MINIO_ENDPOINT': '127.0.0.1:1', 'env.BACKUP_RESULT_FILE': '' };
  const field = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'check', PUBLIC_KEY: '' }, { build });
  expect(told(field, 'buildProblem')[0]?.description, field.log).toContain('neither a public key');
  const key = { 'env.BACKUP_PUBLIC_KEY': agent.publicKey };
  const result = join(agent.folder, 'of-build.json');
  const more = { build: { ...build, ...key, 'env.BACKUP_RESULT_FILE': result } };
  const both = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'check', PUBLIC_KEY: '' }, more);
  expect(both, both.log).toMatchObject({ isSuccessful: true });
  expect(told(both, 'publishArtifacts')[0]).toEqual({ '': result });
});

// the same script and fields as the XML ones have
test('the short forms, as YAML: backup, restore, list, status', async () => {
  const made = await agent.run({ KEEP_DAYS: '9' }, { recipe: 'PostgresBackup.yml' });
  expect(made, made.log).toMatchObject({ isSuccessful: true });
  expect(told(made, 'addBuildTag')).toHaveLength(1);
  const INTO = `short_${Date.now()}`;
  const restored = await agent.run({ INTO, ...READER }, { recipe: 'PostgresRestore.yml' }); // the latest
  expect(restored, restored.log).toMatchObject({ isSuccessful: true });
  expect(await agent.postgres.psql('SELECT count(*) FROM a', INTO)).toBe('500');
  const recipe = 'PostgresBackups.yml';
  const listed = await agent.run({}, { recipe });
  expect(listed.log).toContain(told(made, 'addBuildTag')[0]?.['']);
  expect(told(listed, 'publishArtifacts')).toHaveLength(2);
  const status = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'status', MAX_AGE: '1h' }, { recipe });
  expect(status, status.log).toMatchObject({ isSuccessful: true });
});

test('no database has to be there to find the client programs: a restore of one that is gone', async () => {
  await agent.postgres.psql('DROP DATABASE IF EXISTS gone WITH (FORCE)');
  await agent.postgres.psql('DROP ROLE IF EXISTS no_database_is_called_so');
  await agent.postgres.createRole('no_database_is_called_so', "SUPERUSER LOGIN PASSWORD 'sesame'");
  await agent.postgres.createDatabase('gone');
  const server = {
    ...{ USER: 'no_database_is_called_so', PASSWORD: 'sesame', DBNAME: '' },
    ...{ INSTALL_CLIENT: 'true', REPOSITORY: 's3://backups/gone' },
  };
  const made = await agent.run({
    ...server,
    ALL_DATABASES: 'true',
    EXCLUDE_DATABASE: NASTY.replaceAll('%', '%%'),
  });
  expect(made, made.log).toMatchObject({ isSuccessful: true });
  await agent.postgres.psql('DROP DATABASE gone');
  const setUp = await agent.run({ ...server, POSTGRES_BACKUPER_COMMAND: 'setup-client', INSTALL_CLIENT: '' });
  expect(setUp, setUp.log).toMatchObject({ isSuccessful: true });
  const more = { POSTGRES_BACKUPER_INPUT_TARGET: 'latest', DBNAME: 'gone', INTO: 'gone', ...READER };
  const restored = await agent.run({ ...server, POSTGRES_BACKUPER_COMMAND: 'restore', ...more });
  expect(restored, restored.log).toMatchObject({ isSuccessful: true });
});

test('the fields that the page names are enough for the first backup and the first restore', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/hosts/teamcity.md'), 'utf8');
  const [, step = '', restore = ''] = /\n5\. ([\s\S]*?)\n6\. [\s\S]*?\n8\. ([\s\S]*?)\n\n/.exec(page) ?? [];
  const { postgres, minio } = agent;
  const INTO = `first_${Date.now()}`;
  const values: Readonly<Record<string, string>> = {
    ...{ Host: postgres.host, Database: 'app', User: postgres.user, Password: '%pg.password%' },
    ...{ Repository: 's3://backups/first', 'S3 endpoint': minio.endpoint, 'S3 access key': minio.accessKey },
    ...{ 'S3 secret key': '%s3.secret%', 'Public key': agent.publicKey, Backup: 'latest', 'New database': INTO },
    ...{ 'Private key': '%key.private%', 'Passphrase of the private key': '%key.passphrase%' },
  };
  const more = { path: `${postgres.binDir}:${join(process.execPath, '..')}:/usr/bin:/bin`, isBare: true };
  const build = { 'env.PG_PORT': String(postgres.port) };
  const run = (recipe: string, text: string) => {
    const italics = text.replaceAll(/\*\*[^*]*\*\*/g, '').matchAll(/\*([^*]+)\*/g);
    const named = [...italics].map(([, label = '']) => label.replaceAll(/\s+/g, ' '));
    const form = parseRecipe(agent.recipes[recipe] ?? '').parameters;
    const fields = form.flatMap(({ name, attributes: { label = '' } }) =>
      named.includes(label) ? [[name, values[label] ?? '']] : [],
    );
    return agent.run(Object.fromEntries(fields), { ...more, build, recipe });
  };
  const made = await run('PostgresBackup.yml', step);
  expect(made, made.log).toMatchObject({ isSuccessful: true });
  const restored = await run('PostgresRestore.yml', step + restore);
  expect(restored, restored.log).toMatchObject({ isSuccessful: true });
  expect(await postgres.psql('SELECT count(*) FROM a', INTO)).toBe('500');
});

test('a name full of commands injects nothing, in the backup, its proof and its restore', async () => {
  // in a field of TeamCity a percent sign is written twice
  const DBNAME = NASTY.replaceAll('%', '%%');
  const made = await agent.run({ DBNAME });
  expect(made, made.log).toMatchObject({ isSuccessful: true });
  const proven = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'verify', DBNAME, ...READER });
  expect(proven, proven.log).toMatchObject({ isSuccessful: true });
  expect(told(proven, 'testStarted')[0]?.name).toBe(`public.##teamcity[y]|'`);
  const more = { POSTGRES_BACKUPER_INPUT_TARGET: 'latest', INTO: `copy of ${DBNAME}`, ...READER };
  const restored = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'restore', DBNAME, ...more });
  expect(restored, restored.log).toMatchObject({ isSuccessful: true });
  for (const { log } of [made, proven, restored]) expect(log).not.toContain('\u001b');
});

test('a backup that is young enough is skipped: green, and the status text says so', async () => {
  const end = await agent.run({ SKIP_IF_NEWER_THAN: '20h' });
  expect(end, end.log).toMatchObject({ status: 0, isSuccessful: true });
  expect(told(end, 'buildStatus')[0]?.text).toContain('skipped');
});

test('a failure is a build problem with the same identity each time, and its document is kept', async () => {
  const fields = [{ DBNAME: 'missing' }, { DBNAME: "it's missing" }, { PASSWORD: 'wrong' }];
  const ends = await Promise.all(fields.map((one) => agent.run(one)));
  for (const end of ends) {
    expect(end, end.log).toMatchObject({ status: 2, isSuccessful: false });
    expect(told(end, 'publishArtifacts')).toHaveLength(2);
  }
  const [one, other, third] = ends.map((end) => told(end, 'buildProblem').map(({ identity }) => identity));
  expect(one).toEqual([expect.stringMatching(/^postgres_backuper_backup_database_missing/)]);
  expect(other).toEqual(one);
  expect(third).toEqual([expect.stringMatching(/^postgres_backuper_backup_login_failed/)]);
});

test('some databases failed: red, and the label of the others is there', async () => {
  const end = await agent.run({ DBNAME: '["app", "missing"]' });
  expect(end, end.log).toMatchObject({ status: 4, isSuccessful: false });
  expect(told(end, 'addBuildTag')).toHaveLength(1);
  expect(told(end, 'buildProblem')[0]?.description).toContain('missing');
});

test('a damaged backup fails a test', async () => {
  const REPOSITORY = join(agent.folder, 'damaged');
  expect(await agent.run({ REPOSITORY })).toMatchObject({ isSuccessful: true });
  for (const file of await filesBelow(REPOSITORY)) if (/segment-/.test(file)) await truncate(file, 10);
  const end = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'verify', REPOSITORY, ...READER });
  expect(end, end.log).toMatchObject({ status: 3, isSuccessful: false });
  expect(told(end, 'testFailed').length).toBeGreaterThan(0);
});

test('a stopped build leaves nothing that counts, and a later run sweeps what it left', async () => {
  await agent.postgres.psql(
    `DROP TABLE IF EXISTS big; CREATE TABLE big AS SELECT md5(g::text) || md5((g + 1)::text) || md5((g + 2)::text) AS t FROM generate_series(1, 900000) g`,
    'postgres',
  );
  const fields = { DBNAME: 'postgres', REPOSITORY: await mkdtemp(join(agent.folder, 'stopped-')), JOBS: '1' };
  const build = await agent.start({ ...fields, LIMIT_RATE: '4MiB' }); // the rest takes ten seconds on any machine
  const stored = async () => (await filesBelow(fields.REPOSITORY)).some((file) => /segment-\d+/.test(file));
  await expect.poll(stored, { interval: 20 }).toBe(true);
  await build.stop();
  expect(await build.ended).toMatchObject({ status: null });
  const leftOvers = await filesBelow(fields.REPOSITORY);
  expect(leftOvers.length).toBeGreaterThan(0);
  const status = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'status', ...fields });
  expect(told(status, 'buildProblem')[0]?.identity, status.log).toBe('postgres_backuper_status_backup_none');
  expect(await agent.run(fields)).toMatchObject({ isSuccessful: true });
  expect(await filesBelow(fields.REPOSITORY)).toEqual(expect.arrayContaining([...leftOvers]));
  const before = new Date(Date.now() - TWO_DAYS_MS);
  for (const file of leftOvers) await utimes(file, before, before);
  expect(await agent.run(fields)).toMatchObject({ isSuccessful: true });
  const after = await filesBelow(fields.REPOSITORY);
  expect(leftOvers.filter((file) => after.includes(file))).toEqual([]);
});

test('passwords are neither in the script nor in what is printed, not even masked', async () => {
  const recipes = Object.values(agent.recipes).join('');
  for (const secret of agent.secrets) expect(recipes).not.toContain(secret);
  const end = await agent.run({ VERBOSE: 'true', ...READER, VERIFY: 'content' });
  expect(end, end.log).toMatchObject({ isSuccessful: true });
  const script = await readFile(join(end.tempDir, 'custom_script'), 'utf8');
  for (const secret of agent.secrets) expect(`${script}${end.log}`).not.toContain(secret);
  expect(end.log).not.toContain('*******');
});

test('the program is unpacked once per agent, and two builds at once do not disturb each other', async () => {
  const home = await mkdtemp(join(agent.folder, 'home-'));
  const both = await Promise.all([1, 2].map(() => agent.run({ POSTGRES_BACKUPER_COMMAND: 'status' }, { home })));
  expect(both.map(({ status }) => status)).toEqual([0, 0]);
  const cache = join(home, '.cache/postgres-backuper/teamcity');
  const [version, ...others] = await readdir(cache);
  expect(others).toEqual([]);
  const files = await readdir(join(cache, version ?? ''));
  expect(files).toEqual(expect.arrayContaining(['THIRD_PARTY_LICENSES.txt', 'main.cjs', 'openpgp.cjs']));
});

test('an altered archive is not run', async () => {
  const text = agent.recipes['PostgresBackuper.xml'] ?? '';
  const recipe = text.replace(/[A-Za-z0-9+/]{120}\n(?=[A-Za-z0-9+/]{120}\n)/, `${'A'.repeat(120)}\n`);
  expect(recipe).not.toBe(text);
  const home = await mkdtemp(join(agent.folder, 'home-'));
  const environment = { PATH: `${join(process.execPath, '..')}:/usr/bin:/bin`, HOME: home };
  const end = await (await startTeamCityBuild({ recipe, parameters: {}, environment, folder: agent.folder })).ended;
  expect(end).toMatchObject({ status: 2, isSuccessful: false });
  expect(await readdir(home)).toEqual([]);
});

test('an agent without Node.js says what it needs, and a field names another one', async () => {
  const missing = await agent.run({ POSTGRES_BACKUPER_INPUT_NODE: join(agent.folder, 'no-node') });
  expect(told(missing, 'buildProblem')[0]?.description).toContain('needs Node.js 22.15 or newer');
  const found = await agent.run({
    POSTGRES_BACKUPER_COMMAND: 'status',
    POSTGRES_BACKUPER_INPUT_NODE: process.execPath,
  });
  expect(found, found.log).toMatchObject({ isSuccessful: true });
});

test.each([
  ['20.19.5', false],
  ['22.14.0', false],
  ['22.15.0', true],
  ['23.7.0', false],
  ['24.1.0', true],
])('Node.js %s on the agent: %s', async (version, isTaken) => {
  const folder = await mkdtemp(join(agent.folder, 'node-'));
  const preload = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
  await writeFile(join(folder, 'version.cjs'), preload);
  const node = await program(folder, 'node', `exec '${process.execPath}' -r '${folder}/version.cjs' "$@"`);
  const end = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'status', POSTGRES_BACKUPER_INPUT_NODE: node });
  expect(end, end.log).toMatchObject({ status: isTaken ? 0 : 2, isSuccessful: isTaken });
  const problems = told(end, 'buildProblem').map(({ description }) => description);
  expect(problems).toEqual(isTaken ? [] : [expect.stringContaining('needs Node.js 22.15 or newer')]);
});

test('an agent that is not Linux, and one without a home, are told what is missing', async () => {
  const folder = await mkdtemp(join(agent.folder, 'darwin-'));
  await program(folder, 'uname', 'echo Darwin');
  const path = `${folder}:${join(process.execPath, '..')}:/usr/bin:/bin`;
  const darwin = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'status' }, { path });
  expect(darwin).toMatchObject({ status: 2, isSuccessful: false });
  expect(told(darwin, 'buildProblem')[0]?.description).toContain('needs a Linux agent');
  const homeless = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'status' }, { home: '' });
  expect(told(homeless, 'buildProblem')[0]?.description).toContain('HOME is not set');
});

test('a wrong field is a build problem that names it', async () => {
  const end = await agent.run({ JOBS: 'many', LEVEL: 'content', REPOSITORY: 'backups/postgres' });
  expect(end, end.log).toMatchObject({ status: 2, isSuccessful: false });
  const problems = told(end, 'buildProblem').map(({ description }) => description);
  expect(problems.join('\n')).toContain("the field 'Advanced, what is backed up: jobs'");
  expect(problems.join('\n')).toContain(
    "the field 'Repository': 'backups/postgres' is relative to the folder of the job",
  );
});

test('a repository in the directory in which the step begins is a warning', async () => {
  const REPOSITORY = '%system.teamcity.build.tempDir%/r';
  const end = await agent.run({ POSTGRES_BACKUPER_COMMAND: 'check', REPOSITORY });
  expect(end.log).toMatch(/temp.r.*will be lost: a clean checkout empties the checkout directory/);
  expect(end.log).toContain('0 problems, 1 warning');
});

test('the form takes no command that is not in its list, and no unknown reference', async () => {
  await expect(agent.start({ POSTGRES_BACKUPER_COMMAND: 'backup; id' })).rejects.toThrow('is not in its list');
  await expect(agent.start({ HOST: '%no.such%' })).rejects.toThrow('no compatible agents');
  const windows = { 'teamcity.agent.jvm.os.name': 'Windows Server 2022' };
  await expect(agent.start({}, { agent: windows })).rejects.toThrow('teamcity.agent.jvm.os.name');
});

/** A shell script that stands in for a program of the agent; returns its path. */
async function program(folder: string, name: string, line: string): Promise<string> {
  await writeFile(join(folder, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  return join(folder, name);
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
