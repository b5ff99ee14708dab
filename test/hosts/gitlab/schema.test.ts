import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitlabSchemaErrors, isMissing } from '@postgres-backuper/testing';
import { describe, expect, test } from 'vitest';
import { gitlabFiles } from '../../../packages/hosts/src/gitlab/files.ts';

const EXAMPLES = join(import.meta.dirname, '../../../docs/hosts/gitlab');

const FILES = gitlabFiles({ 'main.cjs': '00', 'postgres-backuper.cjs': '11' });

describe.skipIf(isMissing('Airflow'))("GitLab's schema", () => {
  test("components and the file for include are what GitLab's schema asks for", async () => {
    for (const [path, text] of Object.entries(FILES))
      expect([path, await gitlabSchemaErrors(text)]).toEqual([path, []]);
  });

  test('so are the pipelines of the docs', async () => {
    const names = (await readdir(EXAMPLES)).filter((name) => name.endsWith('.yml'));
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) {
      expect([name, await gitlabSchemaErrors(await readFile(join(EXAMPLES, name), 'utf8'))]).toEqual([name, []]);
    }
  });

  test('so are the blocks of the page; the one of the start is the file', async () => {
    const page = await readFile(join(EXAMPLES, '../gitlab.md'), 'utf8');
    const [start = '', restore = '', ...others] = yamlBlocks(page);
    expect(start).toBe(await readFile(join(EXAMPLES, 'backup.gitlab-ci.yml'), 'utf8'));
    expect(others).toHaveLength(2);
    for (const text of [`${start}${restore}`, ...others])
      expect([text, await gitlabSchemaErrors(text)]).toEqual([text, []]);
  });

  test('a component has each input that a pipeline gives it', async () => {
    const names = (await readdir(EXAMPLES)).filter((name) => name.endsWith('.yml'));
    const texts = await Promise.all(names.map((name) => readFile(join(EXAMPLES, name), 'utf8')));
    const given = [...texts, yamlBlocks(await readFile(join(EXAMPLES, '../gitlab.md'), 'utf8')).join('')].flatMap(
      inputsOf,
    );
    expect(given.length).toBeGreaterThan(20);
    for (const { component, input } of given)
      expect(FILES[`templates/${component}.yml`], `${component}: ${input}`).toContain(`\n    ${input}:\n`);
  });

  test('a proof has an environment, so that the private key need not be in every job', async () => {
    const nightly = await readFile(join(EXAMPLES, 'nightly.gitlab-ci.yml'), 'utf8');
    expect(nightly).toMatch(/^postgres-verify:\n {2}environment: \{ name: postgres-verify, action: verify \}/m);
  });

  test('the schema sees a mistake, in the inputs and in the job', async () => {
    const text = FILES['templates/backup.yml'] ?? '';
    expect(await gitlabSchemaErrors(text.replace('type: array', 'type: strang'))).not.toEqual([]);
    expect(await gitlabSchemaErrors(text.replace('interruptible: false', 'interruptible: perhaps'))).not.toEqual([]);
  });

  test('no value of an input breaks the file, in which GitLab puts its text before it reads the YAML', async () => {
    const nasty = `it's: "a" # {b} *c &d | %`;
    const text = (FILES['templates/backup.yml'] ?? '').replace(/\$\[\[ inputs\.(\S+) \]\]/g, (_, name) => {
      if (name === 'dbname') return JSON.stringify([nasty]);
      return ['name', 's3-path', 'bundle-url'].includes(name) ? nasty : 'x';
    });
    expect(text).toContain(`BACKUP_NAME: |2-\n      ${nasty}\n`);
    expect(await gitlabSchemaErrors(text)).toEqual([]);
  });
});

/** Without the indentation that they have in a list. */
function yamlBlocks(page: string): string[] {
  return [...page.matchAll(/^( *)```yaml\n([\s\S]*?)^ *```$/gm)].map(([, indent = '', text = '']) =>
    text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

function inputsOf(text: string): { readonly component: string; readonly input: string }[] {
  return [...text.matchAll(/\/(\w+)@v[\d.]+\n +inputs:\n((?: {6}.*\n)+)/g)].flatMap(([, component = '', inputs = '']) =>
    [...inputs.matchAll(/^ {6}([\w-]+):/gm)].map(([, input = '']) => ({ component, input })),
  );
}
