import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRunner, type Project, type Runner } from './harness.ts';

const COMPONENT = '$CI_SERVER_FQDN/$CI_PROJECT_PATH';
const NASTY = 'a\nsection_start:1:x\r\u001b[31m::error::##teamcity[x]';

let runner: Runner;
beforeAll(async () => {
  runner = await createRunner();
  for (const database of ['shop', 'billing']) {
    await runner.postgres.createDatabase(database);
    await runner.postgres.psql(
      'CREATE TABLE a AS SELECT g FROM generate_series(1, 500) g; CREATE TABLE b (n int)',
      database,
    );
  }
});
afterAll(() => runner?.remove());

function component(name: string, inputs: Record<string, string>): string {
  const lines = Object.entries(inputs).map(([key, value]) => `      ${key}: ${value}\n`);
  return `  - component: ${COMPONENT}/${name}@$CI_COMMIT_SHA\n    inputs:\n${lines.join('')}`;
}

async function report(project: Project, job: string, file: string): Promise<string> {
  return readFile(join(project.folder, '.gitlab-ci-local/artifacts', job, 'postgres-backuper', file), 'utf8');
}

test('backup, verify and restore by components: sections, reports, and no secret anywhere', async () => {
  const pipeline = `include:
${component('backup', { dbname: '[shop]', jobs: "'2'" })}${component('verify', { name: 'shop', level: 'content', stage: 'deploy' })}${component('restore', { name: 'shop', into: 'copy', stage: 'deploy' })}`;
  const project = await runner.project(pipeline);
  const made = await project.run('schedule');
  expect(made.status, made.log).toBe(0);
  expect(made.log).toContain('section_start:');
  expect(await report(project, 'postgres-backup', 'backup.env')).toMatch(/^BACKUP_LABEL=backup_\d{8}_\d{6}_\w+$/m);
  expect(await report(project, 'postgres-backup', 'backup.txt')).toContain('postgres_backup_rows{database="shop"');
  expect(await report(project, 'postgres-verify', 'verify.xml')).toContain('name="public.a"');
  const restored = await project.run('web', '--manual', 'postgres-restore', 'postgres-restore');
  expect(restored.status, restored.log).toBe(0);
  expect(await runner.postgres.psql('SELECT count(*) FROM a', 'copy')).toBe('500');
  for (const secret of runner.secrets) expect(made.log + restored.log).not.toContain(secret);
});
