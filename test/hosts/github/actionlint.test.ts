import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actionlintProgram, isMissing, run, tryRun } from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { githubFiles } from '../../../packages/hosts/src/github/files.ts';
import { documentedWorkflows, WORKFLOWS } from './harness.ts';

let folder: string;

describe.skipIf(isMissing('actionlint'))('actionlint', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'actionlint-'));
    for (const [path, text] of Object.entries(githubFiles())) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    await run('git', ['-C', folder, 'init', '--quiet']);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('finds nothing in the documented workflows, whose inputs and outputs the actions have', async () => {
    const end = await lint(await documentedWorkflows());
    expect(end, end.stdout).toMatchObject({ status: 0 });
  });

  test('whatever reads the private key does so in an environment, which is where the page puts it', async () => {
    const readers = Object.entries(await documentedWorkflows()).filter(([, text]) =>
      text.includes('secrets.PRIVATE_KEY }'),
    );
    expect(readers.length).toBeGreaterThan(2);
    for (const [name, text] of readers) expect(text, name).toMatch(/^ {4}environment: /m);
  });

  test('finds nothing in the steps that the page shows', async () => {
    const page = await readFile(join(WORKFLOWS, '../README.md'), 'utf8');
    const blocks = [...page.matchAll(/^( *)```yaml\n([\s\S]*?)^ *```$/gm)].map(([, indent = '', text = '']) =>
      text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    );
    const { 'first-backup.yml': whole } = await documentedWorkflows();
    expect(blocks).toEqual([whole, expect.stringContaining('configure-aws-credentials')]);
    const files = blocks.map((text, index) => [`block-${index}.yml`, text === whole ? text : workflowOf(text)]);
    const end = await lint(Object.fromEntries(files));
    expect(end, end.stdout).toMatchObject({ status: 0 });
  });

  test('finds nothing in the workflow for Forgejo and Gitea, which is what their page shows', async () => {
    const workflow = await readFile(join(WORKFLOWS, '../../forgejo/backup.yml'), 'utf8');
    expect(await readFile(join(WORKFLOWS, '../../forgejo.md'), 'utf8')).toContain(`\`\`\`yaml\n${workflow}\`\`\``);
    const end = await lint({
      'backup.yml': workflow.replace('https://forgejo.example/', '').replace('docker', 'self-hosted'),
    });
    expect(end, end.stdout).toMatchObject({ status: 0 });
  });

  test('finds an input that an action does not have', async () => {
    const { 'status.yml': text = '' } = await documentedWorkflows();
    const end = await lint({ 'status.yml': text.replace('max-age: ${{', 'maximal-age: ${{') });
    expect(end.status).toBe(1);
    expect(end.stdout).toContain('input "maximal-age" is not defined');
    const { 'first-backup.yml': first = '' } = await documentedWorkflows();
    const root = await lint({ 'root.yml': first.replace('/actions/backup@v1', '@v1') });
    expect(root.stdout).toContain('missing input "command" which is required by action "postgres-backuper"');
  });
});

/** Steps, or what stands in a job, as a whole workflow. */
function workflowOf(text: string): string {
  const job = text.startsWith('- ') ? `steps:\n${text}` : text;
  const lines = ['runs-on: ubuntu-latest', ...job.trimEnd().split('\n')];
  return `on: workflow_dispatch\njobs:\n  job:\n${lines.map((line) => `    ${line}\n`).join('')}`;
}

/** Actions of another repository are not looked into: here they are those of this one. */
async function lint(workflows: Readonly<Record<string, string>>) {
  const place = join(folder, '.github/workflows');
  await rm(place, { recursive: true, force: true });
  await mkdir(place, { recursive: true });
  for (const [name, text] of Object.entries(workflows)) {
    await writeFile(join(place, name), text.replaceAll(/OWNER\/postgres-backuper\/?(actions\/[\w-]+)?@v1/g, './$1'));
  }
  return tryRun(await actionlintProgram(), ['-no-color', '-shellcheck=', '-pyflakes='], { cwd: folder });
}
