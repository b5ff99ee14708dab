import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { endOf, type JobRequest, type StartedJob } from './job.ts';
import { textsIn } from './surfaces.ts';

const FILES = {
  GITHUB_OUTPUT: 'output',
  GITHUB_STEP_SUMMARY: 'summary.md',
  GITHUB_STATE: 'state',
  GITHUB_PATH: 'path',
};

/** The main file of the action, as GitHub's runner starts it. */
export async function startAction({ host, command, options, folder, surfaces }: JobRequest): Promise<StartedJob> {
  const job = await mkdtemp(join(folder, `${host}-`));
  const files = Object.entries(FILES).map(([name, file]) => [name, join(job, file)] as const);
  for (const [, path] of files) await writeFile(path, '');
  const inputs = Object.entries(options).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  const env = {
    ...{ PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: folder, TMPDIR: folder },
    ...{ CI: 'true', GITHUB_ACTIONS: 'true', ...(host === 'forgejo' ? { GITEA_ACTIONS: 'true' } : {}) },
    ...{ ...Object.fromEntries([...files, ...inputs]) },
  };
  const main = join(surfaces.actions, command, 'main.cjs');
  const child = spawn(process.execPath, [main], { env, cwd: job, stdio: ['ignore', 'pipe', 'pipe'] });
  return {
    cancel: () => child.kill('SIGINT'),
    ended: endOf(child).then(async (end) => ({ ...end, files: await textsIn(job) })),
  };
}
