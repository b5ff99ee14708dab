import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { actProgram } from './act-program.ts';
import { run, tryRun } from './run.ts';

/** A repository whose workflows act runs here, in the shell of this machine. */
export interface ActProject {
  /** Becomes a git repository. */
  readonly folder: string;
  /** Workflows by their file names and texts. */
  readonly workflows: Readonly<Record<string, string>>;
  /** `owner/name@ref` → the folder that stands for it. */
  readonly repositories: Readonly<Record<string, string>>;
  /** Secrets as the settings of the repository hold them. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Its variables, which anybody may see. */
  readonly variables: Readonly<Record<string, string>>;
  /** Of the runner: PATH and HOME at least. */
  readonly environment: Readonly<Record<string, string>>;
}

/** One line of act's output: of the log, or a command that it obeyed. */
export interface ActEntry {
  readonly msg: string;
  /** e.g. `error`, `add-mask`, `set-output`, `summary`. */
  readonly command?: string;
  /** The command's text. */
  readonly arg?: string;
  /** The command's properties, e.g. `title`. */
  readonly kvPairs?: Readonly<Record<string, string>>;
  /** Of a summary. */
  readonly content?: string;
  readonly name?: string;
  readonly step?: string;
  readonly stage?: string;
  readonly job?: string;
  readonly jobResult?: string;
}

export interface ActRun {
  /** 0 when no job failed. */
  readonly status: number;
  readonly entries: readonly ActEntry[];
  /** All output of act. */
  readonly log: string;
}

/** `inputs`: the fields of the form with which a workflow is started by hand. */
export type RunWorkflow = (workflow: string, inputs?: Readonly<Record<string, string>>) => Promise<ActRun>;

/** Makes the repository. The returned function runs one of its workflows as if it was started by hand. */
export async function createActProject(project: ActProject): Promise<RunWorkflow> {
  const { folder, workflows, repositories, secrets, variables, environment } = project;
  for (const [name, text] of Object.entries(workflows)) {
    const path = join(folder, '.github/workflows', name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
  }
  const secretFile = join(folder, '..', 'secrets.yml');
  await writeFile(secretFile, JSON.stringify(secrets), { mode: 0o600 });
  for (const args of [
    ['init', '--quiet', '--initial-branch=main'],
    ['remote', 'add', 'origin', 'https://github.com/example/pipelines.git'],
    ['add', '.'],
    ['-c', 'user.name=a', '-c', 'user.email=a@b.c', 'commit', '--quiet', '-m', 'Workflows'],
  ]) {
    await run('git', ['-C', folder, ...args]);
  }
  const program = await actProgram();
  const options = [
    ...['--json', '--no-cache-server', '--action-offline-mode', '--secret-file', secretFile],
    ...['--platform', 'ubuntu-latest=-self-hosted'],
    ...Object.entries(variables).flatMap(([name, value]) => ['--var', `${name}=${value}`]),
    ...Object.entries(repositories).flatMap(([name, path]) => ['--local-repository', `${name}=${path}`]),
  ];
  return async (workflow, inputs = {}) => {
    const given = Object.entries(inputs).flatMap(([name, value]) => ['--input', `${name}=${value}`]);
    const args = ['workflow_dispatch', '--workflows', join('.github/workflows', workflow), ...given, ...options];
    const { status, stdout, stderr } = await tryRun(program, args, { cwd: folder, env: { ...environment } });
    const entries = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    return { status, entries, log: `${stdout}${stderr}` };
  };
}
