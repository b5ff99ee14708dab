import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Component, parseComponent } from './component.ts';
import { endOf, type JobRequest, type StartedJob } from './job.ts';
import { textsIn, variable } from './surfaces.ts';

/** What the reports of a job are called here. */
const REPORTS = { json: 'result.json', xml: 'junit.xml', env: 'backup.env', txt: 'metrics.txt', md: 'summary.md' };

/** The script of the component, as GitLab's runner starts it; what is no input is a variable of the project. */
export async function startComponent({ command, options, folder, surfaces }: JobRequest): Promise<StartedJob> {
  const job = await mkdtemp(join(folder, 'gitlab-'));
  const component = parseComponent(surfaces.components[command] ?? '');
  const secrets = Object.entries(options).filter(([name]) => !component.inputs.has(name));
  const env = {
    ...{ PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: folder, TMPDIR: folder },
    ...{ CI: 'true', GITLAB_CI: 'true', CI_PROJECT_DIR: job, CI_JOB_ID: '1', CI_SERVER_URL: 'https://gitlab.test' },
    ...variables(component, options),
    ...Object.fromEntries(secrets.map(([name, value]) => [variable(name), value])),
    POSTGRES_BACKUPER_DIR: surfaces.dist,
  };
  const child = spawn('sh', ['-c', component.script], {
    env,
    cwd: job,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const reports = async (): Promise<Record<string, string>> => {
    const texts = await textsIn(join(job, 'postgres-backuper'));
    const named = Object.entries(REPORTS).map(([ending, name]) => [name, texts[`${command}.${ending}`]]);
    return Object.fromEntries(named.filter(([, text]) => text !== undefined));
  };
  return {
    cancel: () => process.kill(-(child.pid as number), 'SIGTERM'), // everything in the container
    ended: endOf(child).then(async (end) => ({ ...end, files: await reports() })),
  };
}

function variables(component: Component, options: Readonly<Record<string, string>>): Record<string, string> {
  const value = (name: string): string => {
    const given = options[name];
    const isList = component.inputs.get(name) === '[]';
    if (given === undefined) return component.inputs.get(name) ?? '';
    return isList && !given.startsWith('[') ? JSON.stringify([given]) : given;
  };
  const filled = component.variables.map(([name, text]) => [
    name,
    text.replaceAll(/\$\[\[ inputs\.([\w-]+) \]\]/g, (_, input: string) => value(input)),
  ]);
  return Object.fromEntries(filled);
}
