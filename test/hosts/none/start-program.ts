import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from '../same/host-under-test.ts';
import { endOf, type JobRequest, type StartedJob } from '../same/job.ts';
import { textsIn } from '../same/texts-in.ts';
import { variable } from '../same/variable.ts';

/** The bundle's command line. */
export async function startProgram({ command, options, folder }: JobRequest, { dist }: Place): Promise<StartedJob> {
  const job = await mkdtemp(join(folder, 'none-'));
  const { PATH = '/usr/bin:/bin' } = process.env;
  const env = {
    ...{ PATH, HOME: folder, TMPDIR: folder, BACKUP_RESULT_FILE: join(job, 'result.json') },
    ...Object.fromEntries(Object.entries(options).map(([name, value]) => [variable(name), value])),
  };
  const program = join(dist, 'postgres-backuper.cjs');
  const child = spawn(process.execPath, [program, command], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  return {
    cancel: () => child.kill('SIGINT'),
    ended: endOf(child).then(async (end) => ({ ...end, files: await textsIn(job) })),
  };
}
