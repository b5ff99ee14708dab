import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  actionlintProgram,
  gitlabSchemaErrors,
  isMissing,
  run,
  tryRun,
  zizmorProgram,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const RELEASE = '.github/workflows/release.yml';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workflows-'));
  await cp(join(root, '.github'), join(folder, '.github'), { recursive: true });
  await run('git', ['-C', folder, 'init', '--quiet']);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.skipIf(isMissing('actionlint'))('actionlint', () => {
  const lint = async (cwd: string) =>
    tryRun(await actionlintProgram(), ['-no-color', '-shellcheck=', '-pyflakes='], { cwd });

  test('finds nothing in the workflows of this repository, and sees a mistake', async () => {
    const end = await lint(folder);
    expect(end, end.stdout).toMatchObject({ status: 0 });
    const wrong = await changed([['needs: check', 'needs: chekc']]);
    expect((await lint(wrong)).stdout).toContain('"chekc" which does not exist');
  });
});

describe.skipIf(isMissing('zizmor'))('zizmor', () => {
  // without the network: what only GitHub knows of an action is not asked
  const audit = async (cwd: string) =>
    tryRun(await zizmorProgram(), ['--offline', '--no-progress', '--quiet', '--persona=pedantic', '.github'], { cwd });

  test('finds nothing in the workflows of this repository', async () => {
    const end = await audit(folder);
    expect(end, end.stdout).toMatchObject({ status: 0 });
  });

  test('sees an action without its hash, a right too many, and a text that becomes a script', async () => {
    const end = await audit(
      await changed([
        [/(setup-node)@\w{40} # \S+/, '$1@v7'],
        ['permissions: {}', 'permissions: write-all'],
        ['--tag "$TAG"', `--tag "\${{ github.ref_name }}"`],
      ]),
    );
    for (const name of ['unpinned-uses', 'excessive-permissions', 'template-injection'])
      expect(end.stdout).toContain(`[${name}]`);
  });
});

test.skipIf(isMissing('Airflow'))("the pipeline of a mirror at GitLab is what GitLab's schema asks for", async () => {
  const text = await readFile(join(root, '.gitlab-ci.yml'), 'utf8');
  expect(await gitlabSchemaErrors(text)).toEqual([]);
  expect(await gitlabSchemaErrors(text.replace('tag_name:', 'tagname:'))).not.toEqual([]);
});

/** A copy of the workflows with changes in that of the release. */
async function changed(replacements: readonly (readonly [string | RegExp, string])[]): Promise<string> {
  const copy = await mkdtemp(join(folder, 'changed-'));
  await cp(join(folder, '.github'), join(copy, '.github'), { recursive: true });
  await run('git', ['-C', copy, 'init', '--quiet']);
  let text = await readFile(join(copy, RELEASE), 'utf8');
  for (const [from, to] of replacements) text = text.replace(from, to);
  await writeFile(join(copy, RELEASE), text);
  return copy;
}
