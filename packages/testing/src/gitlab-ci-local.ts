import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type RunEnd, run, tryRun } from './run.ts';

/** A pipeline of GitLab, run here by gitlab-ci-local, with the shell executor, from the files that a server would read. */
export interface GitLabPipeline {
  /** The project; becomes a git repository. */
  readonly folder: string;
  /** Texts by their paths below the folder; includes `.gitlab-ci.yml`. */
  readonly files: Readonly<Record<string, string>>;
  /** The project's CI/CD variables, as its settings hold them. Those with line ends are files. */
  readonly variables: Readonly<Record<string, string>>;
  /** Environment of the runner: PATH and HOME at least. */
  readonly environment: Readonly<Record<string, string>>;
  /** Put before the runner's command, e.g. `unshare --mount`. */
  readonly through?: readonly string[];
}

export interface GitLabProject {
  readonly folder: string;
  /** Runs all jobs, or only those named; `source` is what started the pipeline, e.g. `schedule`. */
  run(source: string, ...args: string[]): Promise<GitLabRun>;
  /** The same with all jobs of a stage at once, each in a folder of its own; `given` are variables of this run. */
  runAtOnce(source: string, given?: Readonly<Record<string, string>>): Promise<GitLabRun>;
}

export interface GitLabRun {
  /** 0 when no job failed. */
  readonly status: number;
  readonly log: string;
}

/**
 * Corrects what gitlab-ci-local sets: GITLAB_CI is false there and true on a runner; a job with an image gets the folder
 * of a container, although no container runs. All jobs share one folder, so one runs at a time, unless each gets its own.
 */
const PREDEFINED = ['GITLAB_CI', 'CI_PIPELINE_SOURCE', 'CI_PROJECT_DIR'];

export async function createGitLabProject(pipeline: GitLabPipeline): Promise<GitLabProject> {
  const { folder, files, variables } = pipeline;
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await writeFile(join(folder, '.gitlab-ci-local-variables.yml'), variablesYaml(variables), { mode: 0o600 });
  await writeFile(join(folder, '.gitignore'), '.gitlab-ci-local*\n');
  const git = (...args: string[]) => run('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args]);
  await git('init', '--quiet', '--initial-branch=main');
  await git('remote', 'add', 'origin', 'git@gitlab.example.com:ops/backups.git');
  await git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'Pipeline');
  return {
    folder,
    run: (source, ...args) => runPipeline(pipeline, source, ['--concurrency', '1', ...args]),
    runAtOnce: (source, given = {}) => {
      const variables = Object.entries(given).flatMap(([name, value]) => ['--variable', `${name}=${value}`]);
      return runPipeline(pipeline, source, ['--concurrency', '16', '--shell-isolation', ...variables]);
    },
  };
}

async function runPipeline(pipeline: GitLabPipeline, source: string, args: readonly string[]): Promise<GitLabRun> {
  const { folder, variables, environment, through = [] } = pipeline;
  const set = ['true', source, folder];
  const values = PREDEFINED.map((name, index) => `${name}=${set[index]}`);
  const [file = '', ...all] = [
    ...through,
    process.execPath,
    createRequire(import.meta.url).resolve('gitlab-ci-local'),
    ...['--force-shell-executor', '--no-color', '--home', dirname(folder)],
    ...['--ignore-predefined-vars', PREDEFINED.join(',')],
    ...values.flatMap((value) => ['--variable', value]),
    ...args,
  ];
  const ended = await tryRun(file, all, { cwd: folder, env: environment });
  await removeFileVariables(variables);
  return { status: ended.status, log: output(ended) };
}

function output({ stdout, stderr }: RunEnd): string {
  return `${stdout}\n${stderr}`;
}

/** It leaves folders of file variables in /tmp, those of other projects too: removes those with one of our texts. */
async function removeFileVariables(variables: GitLabPipeline['variables']): Promise<void> {
  const names = (await readdir('/tmp')).filter((name) => name.startsWith('gitlab-ci-local-file-variables-'));
  for (const folder of names.map((name) => join('/tmp', name))) {
    const files = await readdir(folder).catch(() => []);
    const texts = files.map(
      async (file) => (await readFile(join(folder, file), 'utf8').catch(() => '')) === variables[file],
    );
    if ((await Promise.all(texts)).includes(true)) await rm(folder, { recursive: true, force: true });
  }
}

function variablesYaml(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) => {
    const type = value.includes('\n') ? 'file' : 'variable'; // without it a path would be taken for a file
    return `${name}:\n  type: ${type}\n  values:\n    "*": ${JSON.stringify(value)}\n`;
  });
  return `---\n${lines.join('')}`;
}
