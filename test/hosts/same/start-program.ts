import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { endOf, type JobRequest, type StartedJob } from './cli.ts';
import { textsIn, variable } from './surfaces.ts';

/** The bundle's command line; for Airflow with the variables by which its operators start it. */
export async function startProgram({ host, command, options, folder, surfaces }: JobRequest): Promise<StartedJob> {
  const job = await mkdtemp(join(folder, `${host}-`));
  const own = host === 'airflow' ? { BACKUP_CI: 'airflow', AIRFLOW_CTX_DAG_ID: 'nightly' } : {};
  const prefix = host === 'airflow' ? 'BACKUP_INPUT_' : 'BACKUP_';
  const { PATH = '/usr/bin:/bin' } = process.env;
  const env = {
    ...{ PATH, HOME: folder, TMPDIR: folder, BACKUP_RESULT_FILE: join(job, 'result.json') },
    ...Object.fromEntries(Object.entries(options).map(([name, value]) => [variable(name, prefix), value])),
    ...own,
  };
  const child = spawn(process.execPath, [join(surfaces.dist, 'postgres-backuper.cjs'), command], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return {
    cancel: () => child.kill(host === 'airflow' ? 'SIGTERM' : 'SIGINT'),
    ended: endOf(child).then(async (end) => ({ ...end, files: await textsIn(job) })),
  };
}
