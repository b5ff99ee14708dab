import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { gitlabFiles } from '../../../packages/hosts/src/gitlab/files.ts';
import { pinsOf } from '../../../packages/hosts/src/gitlab/pins.ts';
import type { Place, Starter } from '../same/host-under-test.ts';
import { endOf, type JobRequest, type StartedJob } from '../same/job.ts';
import { textsIn } from '../same/texts-in.ts';
import { variable } from '../same/variable.ts';
import { type Component, parseComponent } from './component.ts';

/** What the reports of a job are called here. */
const REPORTS = { json: 'result.json', xml: 'junit.xml', env: 'backup.env', txt: 'metrics.txt', md: 'summary.md' };

/** GitLab's components by their commands, which load the bundle. */
interface Components {
  readonly dist: string;
  readonly texts: Readonly<Record<string, string>>;
}

export async function prepareComponents({ dist }: Place): Promise<Starter> {
  const files = Object.entries(gitlabFiles(await pinsOf(dist)));
  const texts = Object.fromEntries(files.map(([path, text]) => [basename(path, '.yml'), text]));
  return { start: (request) => startComponent(request, { dist, texts }) };
}

/** The script of the component, as GitLab's runner starts it; what is no input is a variable of the project. */
async function startComponent(
  { command, options, folder }: JobRequest,
  { dist, texts: components }: Components,
): Promise<StartedJob> {
  const job = await mkdtemp(join(folder, 'gitlab-'));
  const component = parseComponent(components[command] ?? '');
  const secrets = Object.entries(options).filter(([name]) => !component.inputs.has(name));
  const env = {
    ...{ PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: folder, TMPDIR: folder },
    ...{ CI: 'true', GITLAB_CI: 'true', CI_PROJECT_DIR: job, CI_JOB_ID: '1', CI_SERVER_URL: 'https://gitlab.test' },
    ...variables(component, options),
    ...Object.fromEntries(secrets.map(([name, value]) => [variable(name), value])),
    POSTGRES_BACKUPER_DIR: dist,
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
