import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  composeErrors,
  cronJobError,
  imageConfig,
  MAJORS,
  parseDockerfile,
  run,
  tryRun,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { machineFiles } from '../../../packages/hosts/src/machine/files.ts';

const FILES = machineFiles();
const PROGRAM = process.execPath; // any program that is there
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'machine-'));
});
afterAll(() => rm(folder, { recursive: true }));

const text = (name: string): string => FILES[`docs/hosts/machine/${name}`] ?? '';

test('systemd finds nothing wrong with service and timer', async () => {
  const units = ['postgres-backup.service', 'postgres-backup.timer'].map((name) => join(folder, name));
  for (const unit of units) {
    const name = unit.slice(folder.length + 1);
    await writeFile(unit, text(name).replace('/opt/postgres-backuper/postgres-backuper.cjs', PROGRAM));
  }
  const { status, stdout, stderr } = await tryRun('systemd-analyze', ['verify', ...units]);
  const about = `${stdout}${stderr}`.split('\n').filter((line) => line.includes(folder) || line.includes('postgres-'));
  expect({ status, about }).toEqual({ status: 0, about: [] });
});

test('systemd would find what is wrong', async () => {
  const unit = join(folder, 'wrong.service');
  await writeFile(unit, text('postgres-backup.service').replace('Restart=on-failure', 'Restart=always'));
  expect((await tryRun('systemd-analyze', ['verify', unit])).status).not.toBe(0);
});

test('the timer is at 00:00 UTC every day', async () => {
  const [, calendar = ''] = /^OnCalendar=(.*)$/m.exec(text('postgres-backup.timer')) ?? [];
  const normal = await run('systemd-analyze', ['calendar', '--base-time=2026-03-01 12:00:00 UTC', calendar]);
  expect(normal).toMatch(/2026-03-02 00:00:00 UTC/);
});

test('the service tries again what docs/exit-status.md calls temporary, and nothing else', async () => {
  const page = await readFile(join(import.meta.dirname, '../../../docs/exit-status.md'), 'utf8');
  const lasting = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, status]) => Number(status));
  const failures = lasting.filter((status) => ![0, 75, 99].includes(status) && status < 128);
  const [, prevented = ''] = /^RestartPreventExitStatus=(.*)$/m.exec(text('postgres-backup.service')) ?? [];
  expect(failures.length).toBeGreaterThan(2);
  expect(prevented.split(' ').map(Number)).toEqual([...new Set(failures)].sort());
  expect(text('cronjob.yaml')).toMatch(/operator: NotIn\n +values: \[75\]/);
});

test('the CronJob and the Compose file keep to their schemas', async () => {
  expect(cronJobError(text('cronjob.yaml'))).toBeUndefined();
  expect(cronJobError(text('cronjob.yaml').replace("'0 0 * * *'", '5'))).toContain('schedule');
  expect(await composeErrors(text('compose.yaml'))).toEqual([]);
  expect(await composeErrors(text('compose.yaml').replace('command: [backup]', 'command: 5'))).toHaveLength(1);
});

test('the image has every client, a user that is not root, and nothing of the clone but the program', () => {
  const instructions = parseDockerfile(FILES.Dockerfile ?? '');
  const texts = (name: string) => instructions.flatMap((one) => (one.name === name ? [one.text] : []));
  expect(texts('ARG')).toEqual([`CLIENTS="${MAJORS.toReversed().join(' ')}"`]);
  const { user, env, labels } = imageConfig(instructions);
  expect(user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  expect(Object.keys(env)).toEqual(['LANG', 'POSTGRES_BACKUPER_DIR']);
  expect(Object.keys(labels).every((name) => name.startsWith('org.opencontainers.image.'))).toBe(true);
  // COPY keeps the modes of the clone
  expect(texts('RUN')).toContainEqual(expect.stringContaining('chmod -R a+rX /opt/postgres-backuper'));
  const copied = texts('COPY').flatMap((one) => one.split(' ').slice(0, -1));
  expect(FILES['.dockerignore']?.trim().split('\n')).toEqual(['*', ...copied.map((one) => `!${one}`)]);
});

test('the line of cron is a command that a shell runs with the variables of the file', async () => {
  const [, line = ''] = /^0 0 \* \* \* root (.*)$/m.exec(text('postgres-backup.cron')) ?? [];
  expect(line).not.toContain('%'); // a line end to cron
  const program = join(folder, 'program.cjs');
  await writeFile(program, 'console.log(process.env.BACKUP_CI, process.env.BACKUP_REPOSITORY, process.argv[2])');
  await writeFile(join(folder, 'backup.env'), text('backup.env'));
  const command = line.replace('/opt/postgres-backuper/postgres-backuper.cjs', program);
  const shell = command.replace('/etc/postgres-backuper/backup.env', join(folder, 'backup.env'));
  const env = { PATH: `${join(process.execPath, '..')}:/usr/bin:/bin` };
  expect(await run('sh', ['-c', shell], { env })).toContain('machine /var/backups/postgres backup');
});
