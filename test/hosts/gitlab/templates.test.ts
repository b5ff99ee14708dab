import { access, mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isMissing } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examplesOf, PATIENCE_SECONDS, settingsIn, settle } from '../../docs/start-page.ts';
import {
  fillLargeDatabase,
  holdReads,
  letLoadsWait,
  loadersIn,
  PARTS,
  readersIn,
  sumsOfLarge,
} from '../../large-database.ts';
import { artifact, component, createRunner, example, type Runner, withOurs } from './harness.ts';
import { startTokenService } from './token-service.ts';

/** What the project of the tests sets, and that of a newcomer does not. */
const NOTHING = Object.fromEntries(
  [
    ...['PG_HOST', 'PG_PORT', 'PG_USER', 'PG_PASSWORD', 'MINIO_ENDPOINT', 'MINIO_ACCESS_KEY', 'MINIO_SECRET_KEY'],
    ...['BACKUP_PRIVATE_KEY', 'BACKUP_PRIVATE_KEY_PASSPHRASE'],
  ].map((name) => [name, '']),
);
/** 32 bytes in base64. */
const DEDUP_SECRET = 'canaryOfDifferentials0123456789abcdefghijkA=';
const NASTY = `it's "a" # section_start:1:x ::error::##teamcity[x] тест`;

describe.skipIf(isMissing('rsync'))('pipelines run by gitlab-ci-local', () => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await createRunner();
    for (const database of ['shop', 'billing', NASTY]) {
      await runner.postgres.createDatabase(database);
      await runner.postgres.psql('CREATE TABLE a AS SELECT g FROM generate_series(1, 500) g', database);
      await runner.postgres.psql('CREATE TABLE b (n int)', database);
    }
  });
  afterAll(() => runner?.remove());

  function repository(name: string): Record<string, string> {
    return { repository: `['s3://backups/${name}']` };
  }

  test('the five lines make a backup: phases, reports, and no secret anywhere', async () => {
    const project = await runner.project(await example('backup'));
    const made = await project.run('schedule');
    expect(made.status, made.log).toBe(0);
    expect(made.log).toContain("dumping 'shop' with");
    expect(await artifact(project, 'postgres-backup', 'backup.env')).toMatch(/^BACKUP_LABEL=backup_\d{8}_\d{6}_\w+$/m);
    expect(await artifact(project, 'postgres-backup', 'backup.txt')).toContain('postgres_backup_rows{name="shop"');
    expect(JSON.parse(await artifact(project, 'postgres-backup', 'backup.json')).exit).toBe(0);
    const summary = await artifact(project, 'postgres-backup', 'backup.md');
    expect(summary, 'the next step').toMatch(/\/restore@v[\d.]+\n {2}inputs:\n[\s\S]* {4}into: shop_restored\n/);
    for (const secret of runner.secrets) expect(made.log).not.toContain(secret);
  });

  test('the page of the start: what `init` makes and names is enough for a backup, which is proven', async () => {
    const { folder, postgres, minio } = runner;
    const newcomer = await settle({ folder, examples: examplesOf(minio, 's3://backups/started') });
    const { stdout } = await newcomer.follow('GitLab', 0);
    const { host, port, user, password } = postgres;
    const given: Readonly<Record<string, string>> = {
      DATABASE_URL: `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}`,
      ...{ BACKUP_S3_ENDPOINT: minio.endpoint, MINIO_ACCESS_KEY: minio.accessKey },
      MINIO_SECRET_KEY: minio.secretKey,
      BACKUP_PUBLIC_KEY: await readFile(join(newcomer.home, 'backup-keys/backup-public.asc'), 'utf8'),
    };
    const named = settingsIn(stdout).map((line) => /Variables(?:, masked|, type file)?, (\w+): /.exec(line)?.[1]);
    expect(named.sort()).toEqual(Object.keys(given).sort());
    const pipeline = withOurs(await readFile(join(newcomer.project, 'postgres-backup.gitlab-ci.yml'), 'utf8'));
    const project = await runner.project(pipeline, { ...NOTHING, ...given });
    const made = await project.run('web');
    expect(made.status, made.log).toBe(0);
    const [, label] = /^BACKUP_LABEL=(.+)$/m.exec(await artifact(project, 'postgres-backup', 'backup.env')) ?? [];
    const proven = await newcomer.follow('Prove it');
    expect(proven.stdout).toContain(`${label}  every object was read, every hash is right`);
    console.log(`from nothing to a proven backup on GitLab (gitlab-ci-local): ${newcomer.seconds().toFixed(0)} s`);
    expect(newcomer.seconds()).toBeLessThan(PATIENCE_SECONDS);
  });

  test('two databases are two jobs, both are proven, and a restore waits for a person', async () => {
    const { host, port, user, password } = runner.postgres;
    const DATABASE_URL = `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/shop`;
    const single = { PG_HOST: '', PG_PORT: '', PG_USER: '', PG_PASSWORD: '' };
    const project = await runner.project(await example('nightly'), { ...single, DATABASE_URL });
    const made = await project.run('schedule');
    expect(made.status, made.log).toBe(0);
    expect(made.log).not.toContain('postgres-restore');
    for (const database of ['shop', 'billing']) {
      const report = await artifact(project, `postgres-verify: [${database}]`, 'verify.xml');
      expect(report).toContain('name="public.a"');
      const made = JSON.parse(await artifact(project, `postgres-backup: [${database}]`, 'backup.json')).result.backups;
      expect(made).toEqual([expect.objectContaining({ name: database })]);
      const label = /^BACKUP_LABEL=(.+)$/m.exec(
        await artifact(project, `postgres-backup: [${database}]`, 'backup.env'),
      );
      expect(await artifact(project, `postgres-verify: [${database}]`, 'verify.json')).toContain(`"${label?.[1]}"`);
    }
    const waiting = await project.run('web', '--list');
    expect(waiting.log).toMatch(/postgres-restore +.*manual/);
    const restored = await project.run('web', 'postgres-restore');
    expect(restored.status, restored.log).toBe(0);
    expect(await runner.postgres.psql('SELECT count(*) FROM a', 'shop_restored')).toBe('500');
    const watched = await (await runner.project(await example('status'))).run('schedule');
    expect(watched.status, watched.log).toBe(0);
  });

  test('one database over several jobs: one backup, its summary has a line for each part, and several jobs bring it back', async () => {
    const { postgres } = runner;
    await fillLargeDatabase(postgres, 'shop');
    await letLoadsWait(postgres, 'shop');
    const held = holdReads(postgres, 'shop');
    const project = await runner.project(await example('parts'), { BACKUP_DEDUP_SECRET: DEDUP_SECRET });
    const made = await project.runAtOnce('schedule');
    expect(made.status, made.log).toBe(0);
    expect(made.log).not.toContain(DEDUP_SECRET);
    const readers = readersIn(await artifact(project, 'postgres-backup', 'backup.md'));
    expect(readers).toHaveLength(PARTS);
    expect(await held).toBe(true);
    expect(readers).toContain('another job');
    const label = /^BACKUP_LABEL=(.+)$/m.exec(await artifact(project, 'postgres-backup', 'backup.env'))?.[1] ?? '';
    for (const job of [1, 2, 3, 4])
      expect(await artifact(project, `postgres-part: [${job}/4]`, 'backup.md')).toContain(label);
    const restoring = await runner.project(await example('restore-parts'));
    const given = { RESTORE_LABEL: label, RESTORE_INTO: 'shop_whole' };
    const restored = await restoring.runAtOnce('web', given);
    expect(restored.status, restored.log).toBe(0);
    expect(loadersIn(await artifact(restoring, 'postgres-restore', 'restore.md'))).not.toEqual([]);
    for (const job of [1, 2, 3, 4])
      expect(await artifact(restoring, `postgres-restore-part: [${job}/4]`, 'restore.md')).toContain(label);
    const scheduled = await restoring.runAtOnce('schedule', given);
    expect(scheduled.log).not.toContain('postgres-restore');
    expect(await sumsOfLarge(postgres, 'shop_whole')).toBe(await sumsOfLarge(postgres, 'shop'));
    await postgres.psql('DROP SCHEMA large CASCADE', 'shop');
  });

  test('the file for include runs the same jobs; one variable may tell the server', async () => {
    const { host, port, user, password } = runner.postgres;
    const single = { PG_HOST: '', PG_PORT: '', PG_USER: '', PG_PASSWORD: '' };
    const DATABASE_URL = `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}`;
    const project = await runner.project(await example('include'), { ...single, DATABASE_URL });
    const made = await project.run('schedule');
    expect(made.status, made.log).toBe(0);
    expect(await artifact(project, 'postgres-backup', 'backup.env')).toContain('BACKUP_LABEL=');
  });

  test('a failing backup: the job is red, and its reports are there', async () => {
    const project = await runner.project(component('backup', { dbname: '[missing]', ...repository('failing') }));
    const made = await project.run('schedule');
    expect(made.status, made.log).toBe(1);
    expect(made.log).toMatch(/postgres-backup +finished in .* FAIL 2\b/);
    expect(await artifact(project, 'postgres-backup', 'backup.xml')).toContain('<error');
    expect(JSON.parse(await artifact(project, 'postgres-backup', 'backup.json')).error.code).toBe('database-missing');
  });

  test('a name full of commands reaches the program as it is, in the backup and its proof', async () => {
    const name = JSON.stringify(NASTY);
    const made = await (await runner.project(component('backup', { dbname: `[${name}]`, ...repository('nasty') }))).run(
      'web',
    );
    expect(made.status, made.log).toBe(0);
    const project = await runner.project(component('verify', { name, ...repository('nasty') }));
    const proven = await project.run('web');
    expect(proven.status, proven.log).toBe(0);
    expect(await artifact(project, 'postgres-verify', 'verify.xml')).toContain('public.a');
    const [told] = JSON.parse(await artifact(project, 'postgres-verify', 'verify.json')).result.repositories;
    expect(told.backups).toHaveLength(1);
  });

  test('a damaged backup: a failed test and a red job; the name of its table begins no section', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gitlab-damaged-'));
    await runner.postgres.createDatabase('cracked');
    const table = 'U&"\\001b[0Ksection_start:1:injected\\000d\\001b[0K"'; // all that begins a section
    await runner.postgres.psql(`CREATE TABLE ${table} AS SELECT g FROM generate_series(1, 500) g`, 'cracked');
    const inputs = { repository: `[${folder}]` };
    const made = await (await runner.project(component('backup', { dbname: '[cracked]', ...inputs }))).run('web');
    expect(made.status, made.log).toBe(0);
    const files = (await readdir(folder, { recursive: true })).filter((name) => /segment-/.test(name));
    for (const file of files) await truncate(join(folder, file), 10);
    const project = await runner.project(component('verify', { name: 'cracked', ...inputs }));
    const proven = await project.run('web');
    await rm(folder, { recursive: true });
    expect(proven.status, proven.log).toBe(1);
    expect(proven.log).toContain('section-start:1:injected');
    expect(proven.log).not.toContain('injected_started');
    expect(await artifact(project, 'postgres-verify', 'verify.xml')).toContain('<failure');
  });

  test('only the files of this version are run; a busy server is worth a retry', async () => {
    for (const [kind, status] of [
      ['forged', 2],
      ['busy', 75],
      ['missing', 2],
    ] as const) {
      const url = runner.bundleUrl.replace('/dist', `/${kind}`);
      const pipeline = component('backup', { dbname: '[shop]', ...repository('forged') });
      const project = await runner.project(pipeline, { POSTGRES_BACKUPER_URL: kind === 'missing' ? `${url}/x` : url });
      const made = await project.run('web');
      expect(made.status, made.log).toBe(1);
      expect(made.log).toMatch(new RegExp(`postgres-backup +finished in .* FAIL ${status}\\b`));
      await expect(access(join(project.folder, '.postgres-backuper/main.cjs'))).rejects.toThrow('ENOENT');
    }
  });

  test('an input that cannot be meant is refused before a job starts', async () => {
    const inputs = { encryption: 'nothing', name: '"a\\nb"', 'keep-days': '14d', stage: '"a\'"' };
    for (const [name, value] of Object.entries(inputs)) {
      const project = await runner.project(component('backup', { [name]: value }));
      const made = await project.run('web');
      expect(made.status, made.log).toBe(1);
      expect(made.log).toContain(`\`${name}\` input:`);
    }
  });

  test('the ID token becomes credentials of the role, and its file is gone afterwards', async () => {
    const sts = await startTokenService(runner.minio);
    const project = await runner.project(component('backup', { dbname: '[shop]', ...repository('oidc') }), {
      ...{ MINIO_ACCESS_KEY: '', MINIO_SECRET_KEY: '', AWS_ENDPOINT_URL_STS: sts.url, AWS_REGION: 'us-east-1' },
      ...{ AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/backup', POSTGRES_BACKUPER_OIDC: 'the.id.token' },
    });
    const made = await project.run('web');
    sts.close();
    expect(made.status, made.log).toBe(0);
    const [asked] = sts.asked;
    expect(Object.fromEntries(asked ?? [])).toMatchObject({
      ...{ Action: 'AssumeRoleWithWebIdentity', WebIdentityToken: 'the.id.token' },
      RoleArn: 'arn:aws:iam::123456789012:role/backup',
      RoleSessionName: expect.stringMatching(/^gitlab-\d+$/),
    });
    expect(made.log).not.toContain('the.id.token');
    const beside = await readdir(dirname(project.folder));
    expect(beside.filter((name) => name.endsWith('.oidc'))).toEqual([]);
  });

  test('the program may be there already', async () => {
    const first = await runner.project(component('status', { name: 'nobody', ...repository('none') }));
    expect((await first.run('web')).log).toMatch(/FAIL 1\b/);
    const folder = join(first.folder, '.postgres-backuper');
    const variables = { POSTGRES_BACKUPER_URL: 'http://127.0.0.1:1/nowhere', POSTGRES_BACKUPER_DIR: folder };
    const project = await runner.project(component('backup', { dbname: '[shop]', ...repository('own') }), variables);
    const made = await project.run('web');
    expect(made.status, made.log).toBe(0);
  });
});
