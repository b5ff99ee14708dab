import { spawn } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place } from '../same/host-under-test.ts';
import { endOf, type JobRequest, type StartedJob } from '../same/job.ts';
import { textsIn } from '../same/texts-in.ts';
import { variable } from '../same/variable.ts';

/** The bundle as the files for a plain machine start it: settings in a file, the journal behind its output. */
export async function startMachine({ command, options, folder }: JobRequest, { dist }: Place): Promise<StartedJob> {
  const job = await mkdtemp(join(folder, 'machine-'));
  const lines = Object.entries(options).map(([name, value]) => `${variable(name)}=${quoted(value)}\n`);
  const settings = join(folder, `${job.split('/').at(-1)}.env`);
  await writeFile(settings, lines.join(''), { mode: 0o600 });
  const { PATH = '/usr/bin:/bin' } = process.env;
  const env = {
    ...{ PATH, HOME: folder, TMPDIR: folder, BACKUP_RESULT_FILE: join(job, 'result.json') },
    ...{ BACKUP_CI: 'machine', JOURNAL_STREAM: '8:1' },
  };
  const program = join(dist, 'postgres-backuper.cjs');
  const args = [`--env-file=${settings}`, program, command];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  return {
    cancel: () => child.kill('SIGTERM'),
    ended: endOf(child).then(async (end) => ({ ...end, files: await textsIn(job) })),
  };
}

/** Several lines, a key or names full of signs, as Node.js reads them. */
function quoted(value: string): string {
  const quote = ["'", '"', '`'].find((one) => !value.includes(one));
  if (quote === undefined) throw new Error('no quote is left for this value');
  return /^[\w./:@-]*$/.test(value) ? value : `${quote}${value}${quote}`;
}
