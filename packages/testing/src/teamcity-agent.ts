import { type ChildProcess, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkBalance, parseServiceMessage, type ServiceMessage } from './teamcity-messages.ts';
import type { Recipe } from './teamcity-meta-runner.ts';
import { parseRecipe } from './teamcity-recipe.ts';

export interface TeamCityBuildRequest {
  /** The text of the recipe, XML or YAML. */
  readonly recipe: string;
  /** What the user entered into the step, e.g. `env.BACKUP_HOST`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Parameters of the build configuration; those of the step replace them, also by an empty text. */
  readonly build?: Readonly<Record<string, string>>;
  /** Parameters that the agent reports, besides that it is Linux. */
  readonly agent?: Readonly<Record<string, string>>;
  /** Passwords of the build configuration, for references such as `%secret%`. */
  readonly passwords?: Readonly<Record<string, string>>;
  /** The build gets a folder of its own in it. */
  readonly folder: string;
  /** Of the agent's process; PATH is needed. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface TeamCityBuildEnd {
  /** Of the script; `null` when the build was stopped. */
  readonly status: number | null;
  /** As the user sees it: with passwords replaced. */
  readonly log: string;
  readonly messages: readonly ServiceMessage[];
  /** Red: the script failed or reported a problem or a failed test. */
  readonly isSuccessful: boolean;
  readonly tempDir: string;
}

export interface TeamCityBuild {
  readonly ended: Promise<TeamCityBuildEnd>;
  /** The log until now. */
  log(): string;
  /** SIGKILL to the script and everything that it started. */
  stop(): Promise<void>;
}

/**
 * Runs a recipe as an agent does, by TeamCity's documentation; a server cannot be had here. Throws where a server
 * would find no agent (a reference to an unknown parameter, a requirement) or refuse the form. `ended` throws on a service message that
 * TeamCity would not understand.
 */
export async function startTeamCityBuild(request: TeamCityBuildRequest): Promise<TeamCityBuild> {
  const runner = parseRecipe(request.recipe);
  const tempDir = join(await mkdtemp(join(request.folder, 'build-')), 'temp');
  await mkdir(tempDir);
  const values = allValues(runner, request, tempDir);
  const file = join(tempDir, 'custom_script');
  await writeFile(file, resolve(runner.script, values));
  await chmod(file, 0o755);
  const child = spawn(file, [], { env: environment(values, request, tempDir), cwd: tempDir, detached: true });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const mask = masker(runner, values, request);
  const log = () => mask(texts.stdout + texts.stderr);
  const ended = new Promise<number | null>((done, fail) => {
    child.once('error', fail);
    child.once('close', done);
  }).then((status) => buildEnd({ status, log: log(), stdout: texts.stdout, tempDir }));
  ended.catch(() => undefined);
  return { ended, log, stop: () => killTree(child) };
}

/** Every parameter of the build, unresolved. */
function allValues(
  runner: Recipe,
  { parameters, passwords = {}, build = {}, agent = {} }: TeamCityBuildRequest,
  tempDir: string,
): ReadonlyMap<string, string> {
  for (const { name, type, value, attributes } of runner.parameters) {
    const given = parameters[name] ?? value;
    const choices = Object.entries(attributes).flatMap(([key, text]) => (key.startsWith('data_') ? [text] : []));
    if (type === 'select' && !choices.includes(given)) throw new Error(`${name}: '${given}' is not in its list`);
  }
  const unknown = Object.keys(parameters).filter((name) => !runner.parameters.some((one) => one.name === name));
  if (unknown.length > 0) throw new Error(`the form has no ${unknown.join(', ')}`);
  const predefined: Readonly<Record<string, string>> = {
    ...{ 'system.teamcity.build.tempDir': tempDir, 'teamcity.agent.jvm.os.name': 'Linux' },
    ...agent,
  };
  const unmet = runner.requirements.filter(({ name, value }) => !predefined[name]?.includes(value));
  if (unmet.length > 0) throw new Error(`no compatible agents: ${unmet.map(({ name }) => name).join(', ')}`);
  const defaults = Object.fromEntries(runner.parameters.map(({ name, value }) => [name, value]));
  return new Map(Object.entries({ ...predefined, ...build, ...passwords, ...defaults, ...parameters }));
}

/** `%name%` is the value of a parameter, `%%` a percent sign. */
function resolve(text: string, values: ReadonlyMap<string, string>, depth = 0): string {
  if (depth > 20) throw new Error('parameters refer to each other');
  return text.replace(/%([^%\s]*)%|%/g, (whole, name: string | undefined) => {
    if (whole === '%%') return '%';
    const value = name === undefined ? undefined : values.get(name);
    if (value === undefined) throw new Error(`no compatible agents: unresolved ${whole}`);
    return resolve(value, values, depth + 1);
  });
}

function environment(
  values: ReadonlyMap<string, string>,
  request: TeamCityBuildRequest,
  tempDir: string,
): Record<string, string> {
  const own = [...values].flatMap(([name, value]) =>
    name.startsWith('env.') ? [[name.slice(4), resolve(value, values)]] : [],
  );
  const predefined = { TEAMCITY_VERSION: '2025.11 (build 208117)', BUILD_NUMBER: '1' };
  return {
    ...request.environment,
    ...predefined,
    TMPDIR: tempDir,
    TEMP: tempDir,
    TMP: tempDir,
    ...Object.fromEntries(own),
  };
}

/** Replaces passwords of at least three characters, as the agent does. */
function masker(
  runner: Recipe,
  values: ReadonlyMap<string, string>,
  { passwords = {} }: TeamCityBuildRequest,
): (text: string) => string {
  const fields = runner.parameters.filter(({ type }) => type === 'password').map(({ name }) => name);
  const secrets = [...fields, ...Object.keys(passwords)].map((name) => resolve(values.get(name) ?? '', values));
  const hidden = secrets.filter((secret) => secret.length >= 3);
  return (text) => hidden.reduce((rest, secret) => rest.replaceAll(secret, '*******'), text);
}

function buildEnd(end: { status: number | null; log: string; stdout: string; tempDir: string }): TeamCityBuildEnd {
  const { status, log, stdout, tempDir } = end;
  const lines = stdout.split('\n');
  // the last line of a stopped build may be cut
  const whole = status === null ? lines.slice(0, -1) : lines;
  const messages = whole.map(parseServiceMessage).filter((message) => message !== undefined);
  if (status !== null) checkBalance(messages);
  const isRed = messages.some(({ name }) => name === 'buildProblem' || name === 'testFailed');
  return { status, log, messages, isSuccessful: status === 0 && !isRed, tempDir };
}

async function killTree(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const tree = [child.pid, ...(await descendants(child.pid))];
  for (const pid of tree) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it ended by itself
    }
  }
}

async function descendants(root: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map(await Promise.all(pids.map(async (pid) => [pid, await parentOf(pid)] as const)));
  const below = (pid: number): number[] =>
    pids.filter((one) => parents.get(one) === pid).flatMap((one) => [one, ...below(one)]);
  return below(root);
}

async function parentOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}
