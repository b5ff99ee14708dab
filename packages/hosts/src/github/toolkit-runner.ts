import { StringDecoder } from 'node:string_decoder';
import { exec } from '@actions/exec';
import { type Clock, locateProgram, programError, type RunProgram, runProgram } from '@postgres-backuper/base';

/** The program leads a session, and so a process group, and its first line of output is the group's number. */
const LEAD = ['/bin/sh', '-c', 'echo "$$" && exec "$@" </dev/null', 'start'];
/** How long a cancelled program may take to end after SIGTERM before it is killed, milliseconds. */
const KILL_AFTER_MS = 3000;
/** Standard error kept for error messages, lines. */
const KEPT_LINES = 500;

/**
 * Like runProgram, by GitHub's toolkit. The toolkit cannot cancel: `setsid` gives the program a group, which is ended
 * here. When this process is killed, the program continues. Errors: program-missing, program-failed, cancelled.
 */
export const runByToolkit: RunProgram = async (request, services) => {
  // when the program does not read all its input, the toolkit throws an error that cannot be caught
  if (request.input !== undefined) return runProgram(request, services);
  const { clock, signal } = services;
  signal.throwIfAborted();
  const program = await locateProgram(request);
  const output = createOutput();
  const lines = createLines(request.onStderrLine);
  const stop = (): void => void output.group.then((group) => endGroup(group, clock));
  signal.addEventListener('abort', stop, { once: true });
  const status = await exec('setsid', [...LEAD, program, ...request.args], {
    env: { ...request.env },
    silent: true, // our log shows it: a line of a program could be a workflow command
    ignoreReturnCode: true,
    listeners: {
      stdout: output.take,
      stderr: lines.take,
    },
  }).finally(() => signal.removeEventListener('abort', stop));
  lines.end();
  signal.throwIfAborted();
  if (status !== 0) throw programError({ file: request.file, status, signal: null, stderr: lines.kept.join('\n') });
  return output.bytes();
};

/** The standard output of the program, without its first line, the number of its group. */
function createOutput() {
  const chunks: Buffer[] = [];
  let tell: (group: number) => void = () => undefined;
  const group = new Promise<number>((resolve) => {
    tell = resolve;
  });
  return {
    group,
    take(chunk: Buffer): void {
      chunks.push(chunk);
      const number = /^(\d+)\n/.exec(Buffer.concat(chunks.slice(0, 8)).toString('latin1'))?.[1];
      if (number !== undefined) tell(Number(number));
    },
    bytes(): Buffer {
      const all = Buffer.concat(chunks);
      return all.subarray(all.indexOf('\n') + 1);
    },
  };
}

/** Splits output into lines; the toolkit's own splitting loses a last line without a line end. */
function createLines(onLine: (line: string) => void = () => undefined) {
  const decoder = new StringDecoder('utf8');
  const kept: string[] = [];
  let partial = '';
  const add = (line: string): void => {
    kept.push(line);
    if (kept.length > KEPT_LINES) kept.shift();
    onLine(line);
  };
  return {
    kept,
    take(chunk: Buffer): void {
      const lines = `${partial}${decoder.write(chunk)}`.split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) add(line);
    },
    end(): void {
      if (partial !== '') add(partial);
    },
  };
}

async function endGroup(group: number, clock: Clock): Promise<void> {
  signalGroup(group, 'SIGTERM');
  await clock.sleep(KILL_AFTER_MS, { idle: true });
  signalGroup(group, 'SIGKILL');
}

function signalGroup(group: number, name: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-group, name);
  } catch {
    // the group is gone, or is root's: then sudo ends it
  }
}
