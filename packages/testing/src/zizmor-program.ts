import { join } from 'node:path';
import { cached } from './cache.ts';
import { run } from './run.ts';

const VERSION = '1.32.0';

/** The linter that looks for what an attacker could use in GitHub's workflows, as the wheel of PyPI. Returns its path. */
export async function zizmorProgram(): Promise<string> {
  return join(await cached('zizmor', VERSION, install), 'bin/zizmor');
}

async function install(dir: string): Promise<void> {
  const asked = ['--disable-pip-version-check', '--no-deps', '--only-binary', ':all:', '--target', dir];
  await run('python3', ['-m', 'pip', 'install', '--quiet', ...asked, `zizmor==${VERSION}`]);
}
