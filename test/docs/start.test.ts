import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres, tryRun } from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildBundle } from '../../scripts/bundle/bundle.ts';
import { blocksOf, PATIENCE_SECONDS, settingsIn, settle, stepsIn } from './start-page.ts';

const ROOT = join(import.meta.dirname, '../..');
let postgres: Postgres;
let folder: string;

beforeAll(async () => {
  [postgres, folder] = await Promise.all([startPostgres({ major: 18 }), mkdtemp(join(tmpdir(), 'start-'))]);
  await postgres.createDatabase('shop');
  await postgres.psql('CREATE TABLE t AS SELECT generate_series(1, 42) AS n', 'shop');
});
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What stands for the programs of a machine that has systemd and sudo; the service is one command, as in its unit. */
const MACHINE = `
sudo() { "$@"; }
journalctl() { :; }
systemctl() {
  case $1 in
    start) env -i PATH="$PATH" HOME="$HOME" BACKUP_CI=machine PG_BIN_DIR="$PG_BIN_DIR" \\
      "$NODE" --env-file="$ETC/backup.env" "$OPT/postgres-backuper.cjs" backup ;;
  esac
}`;

test('the page of the start, systemd: what `init` prints, line by line, makes a backup that is proven', async () => {
  const repository = join(folder, 'repository');
  const examples = {
    '/var/backups/postgres': repository,
    '--repository s3://backups/shop --s3-endpoint https://minio.example.com': `--repository ${repository}`,
  };
  const newcomer = await settle({ folder, examples, env: { PG_BIN_DIR: postgres.binDir } });
  const { stdout } = await newcomer.follow('systemd, cron');
  expect(settingsIn(stdout)).toEqual([expect.stringContaining('in postgres-backup/backup.env, DATABASE_URL: ')]);
  const own = join(newcomer.home, 'backups');
  const settings = join(own, 'postgres-backup/backup.env');
  const url = `postgres://postgres:${encodeURIComponent(postgres.password)}@127.0.0.1:${postgres.port}/shop`;
  const etc = join(newcomer.home, 'etc/postgres-backuper');
  const text = (await readFile(settings, 'utf8'))
    .replace(/^DATABASE_URL=.*$/m, `DATABASE_URL=${url}`)
    .replace('/etc/postgres-backuper', etc);
  await writeFile(settings, text);
  await buildBundle(ROOT, join(own, 'dist')); // of the clone
  const opt = join(newcomer.home, 'opt');
  const units = join(newcomer.home, 'units');
  const steps = stepsIn(stdout).map((step) =>
    step
      .replaceAll('/opt/postgres-backuper', opt)
      .replaceAll('/etc/postgres-backuper', etc)
      .replaceAll('/etc/systemd/system', units)
      .replace('-o backup ', ''),
  );
  expect(steps.at(-1)).toContain('systemctl start postgres-backup');
  const script = `${MACHINE}\nmkdir -p ${units}\n${steps.join('\n')}\n`;
  const env = { PATH: '/usr/bin:/bin', HOME: newcomer.home, NODE: process.execPath, ETC: etc, OPT: opt };
  const end = await tryRun('bash', ['-euc', script], { cwd: own, env: { ...env, PG_BIN_DIR: postgres.binDir } });
  expect(end, `${end.stdout}${end.stderr}`).toMatchObject({ status: 0 });
  const [label] = /backup_\d{8}_\d{6}_\w+/.exec(end.stdout) ?? [];
  expect((await newcomer.follow('Prove it')).stdout).toContain(`${label}  every object was read, every hash is right`);
  console.log(`from nothing to a proven backup by the files of systemd: ${newcomer.seconds().toFixed(0)} s`);
  expect(newcomer.seconds()).toBeLessThan(PATIENCE_SECONDS);
});

test('the first lines of the page are those of the README, and each system of `init` has a section', async () => {
  const [first] = await blocksOf('Before');
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  expect(readme).toContain(/^alias .*$/m.exec(first ?? '')?.[0]);
  const sections = ['systemd, cron', 'Docker, Kubernetes', 'GitHub', 'GitLab', 'Forgejo, Gitea', 'TeamCity', 'Airflow'];
  const blocks = await Promise.all(sections.map(blocksOf));
  const systems = blocks.flat().flatMap((block) => /postgres-backuper init (\w+)/.exec(block)?.[1] ?? []);
  expect(new Set(systems)).toEqual(new Set(['machine', 'github', 'gitlab', 'forgejo', 'teamcity', 'airflow']));
});
