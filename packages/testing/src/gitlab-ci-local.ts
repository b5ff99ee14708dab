import { execFile, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const runFile = promisify(execFile);

/** A pipeline of GitLab, run here by gitlab-ci-local with the shell executor: it reads what GitLab's server would read. */
export interface GitLabPipeline {
  /** The project; becomes a git repository. */
  readonly folder: string;
  /** Paths below the folder and their texts; `.gitlab-ci.yml` among them. */
  readonly files: Readonly<Record<string, string>>;
  /** The project's CI/CD variables, as its settings hold them. Those with line ends are files. */
  readonly variables: Readonly<Record<string, string>>;
  /** Environment of the runner: PATH and HOME at least. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface GitLabRun {
  /** 0 when no job failed. */
  readonly status: number;
  readonly log: string;
}

/** Makes the project. `run` runs all jobs, or these; `source` is what began the pipeline. */
export async function createGitLabProject({ folder, files, variables, environment }: GitLabPipeline) {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await writeFile(join(folder, '.gitlab-ci-local-variables.yml'), variablesYaml(variables), { mode: 0o600 });
  await writeFile(join(folder, '.gitignore'), '.gitlab-ci-local*\n');
  const git = (...args: string[]) =>
    runFile('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args]);
  await git('init', '--quiet', '--initial-branch=main');
  await git('remote', 'add', 'origin', 'git@gitlab.example.com:ops/backups.git');
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'Pipeline');
  return {
    run: (source: string, ...args: string[]) =>
      runLocal(folder, environment, ['--variable', `CI_PIPELINE_SOURCE=${source}`, ...args]),
  };
}

async function runLocal(
  cwd: string,
  env: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<GitLabRun> {
  const entry = createRequire(import.meta.url).resolve('gitlab-ci-local');
  // it says GITLAB_CI=false, a runner says true
  const all = [
    entry,
    '--force-shell-executor',
    '--no-color',
    '--home',
    join(cwd, '..'),
    '--variable',
    'GITLAB_CI=true',
    ...args,
  ];
  const child = spawn(process.execPath, all, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (log += text));
  const status = await new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 128)));
  return { status, log };
}

function variablesYaml(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => {
    const type = value.includes('\n') ? 'file' : 'variable'; // said, or a path would be taken for a file
    return `${name}:\n  type: ${type}\n  values:\n    "*": ${JSON.stringify(value)}\n`;
  });
  return `---\n${lines.join('')}`;
}
