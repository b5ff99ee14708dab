import { spawn } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage } from './harness.ts';

/** What GitHub's runner makes of one step: the files that it gives, and what was said. */
export interface StepEnd {
  /** Null: it was killed. */
  readonly status: number | null;
  readonly log: string;
  readonly outputs: string;
  readonly summary: string;
  /** `STATE_<name>` of the post step. */
  readonly state: Readonly<Record<string, string>>;
}

export interface Step {
  readonly pid: number;
  readonly ended: Promise<StepEnd>;
}

/** Starts `main` or `post` of an action as GitHub's runner does: inputs as variables, command files, signals to it alone. */
export async function startStep(
  { folder, actions, environment }: Stage,
  { action, script = 'main', inputs = {}, more = {} }: StepRequest,
): Promise<Step> {
  const place = await mkdtemp(join(folder, 'step-'));
  const files = { GITHUB_OUTPUT: 'output', GITHUB_STEP_SUMMARY: 'summary', GITHUB_STATE: 'state', GITHUB_PATH: 'path' };
  const paths = Object.entries(files).map(([name, file]) => [name, join(place, file)] as const);
  for (const [, path] of paths) await writeFile(path, '');
  const given = Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]);
  const env = {
    ...environment,
    GITHUB_ACTIONS: 'true',
    CI: 'true',
    ...Object.fromEntries([...paths, ...given]),
    ...more,
  };
  const child = spawn(process.execPath, [join(actions, 'actions', action, `${script}.cjs`)], { env, cwd: place });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (log += chunk));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve)).then(async (status) => {
    const [outputs = '', summary = '', state = ''] = await Promise.all(paths.map(([, path]) => readFile(path, 'utf8')));
    return { status, log, outputs, summary, state: stateOf(state) };
  });
  return { pid: child.pid as number, ended };
}

export interface StepRequest {
  readonly action: string;
  readonly script?: 'main' | 'post';
  readonly inputs?: Readonly<Record<string, string>>;
  readonly more?: Readonly<Record<string, string>>;
}

/** `name<<delimiter`, the value, the delimiter. */
function stateOf(text: string): Readonly<Record<string, string>> {
  const found = text.matchAll(/^(\w+)<<(\S+)\n([\s\S]*?)\n\2$/gm);
  return Object.fromEntries([...found].map(([, name, , value = '']) => [`STATE_${name}`, value]));
}
