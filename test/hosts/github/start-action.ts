import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { githubFiles } from '../../../packages/hosts/src/github/files.ts';
import type { Place, Starter } from '../same/host-under-test.ts';
import { endOf, type JobRequest, type StartedJob } from '../same/job.ts';
import { textsIn } from '../same/texts-in.ts';

const FILES = {
  GITHUB_OUTPUT: 'output',
  GITHUB_STEP_SUMMARY: 'summary.md',
  GITHUB_STATE: 'state',
  GITHUB_PATH: 'path',
};

type Environment = Readonly<Record<string, string>>;

/** The actions, for a runner that sets these variables besides GitHub's. */
export async function prepareActions({ folder }: Place, own: Environment = {}): Promise<Starter> {
  for (const [path, text] of Object.entries(githubFiles())) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return { start: (request) => startAction(request, join(folder, 'actions'), own) };
}

/** The main file of the action, as GitHub's runner starts it. */
async function startAction(
  { command, options, folder }: JobRequest,
  actions: string,
  own: Environment,
): Promise<StartedJob> {
  const job = await mkdtemp(join(folder, 'action-'));
  const files = Object.entries(FILES).map(([name, file]) => [name, join(job, file)] as const);
  for (const [, path] of files) await writeFile(path, '');
  const inputs = Object.entries(options).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  const env = {
    ...{ PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: folder, TMPDIR: folder },
    ...{ CI: 'true', GITHUB_ACTIONS: 'true', ...own },
    ...{ ...Object.fromEntries([...files, ...inputs]) },
  };
  const main = join(actions, command, 'main.cjs');
  const child = spawn(process.execPath, [main], { env, cwd: job, stdio: ['ignore', 'pipe', 'pipe'] });
  return {
    cancel: () => child.kill('SIGINT'),
    ended: endOf(child).then(async (end) => ({ ...end, files: await textsIn(job) })),
  };
}
