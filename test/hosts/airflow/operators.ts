import { type ChildProcess, spawn } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { airflowPython } from '@postgres-backuper/testing';

/** How a task ended. */
export interface TaskEnd {
  /** e.g. `failed, not retried` */
  readonly state: string;
  /** Of the exception: what mails and callbacks say. */
  readonly text: string;
  /** Of the program; null: it was killed. */
  readonly status: number | null;
  /** The keys that were pushed. */
  readonly xcom: readonly string[];
  readonly log: string;
}

/** A process in which one task runs after another. */
export interface Operators {
  ask(request: object): Promise<TaskEnd>;
  /** As Airflow ends a task: `on_kill`. */
  cancel(): void;
  stop(): void;
}

interface Running {
  readonly child: ChildProcess;
  readonly waiting: { readonly done: (end: TaskEnd) => void; readonly fail: (error: Error) => void }[];
}

/** The package from the sources beside the bundle in `folder/dist`. Started with the first task: it takes seconds. */
export async function createOperators(folder: string): Promise<Operators> {
  await cp(join(import.meta.dirname, '../../../airflow/src'), join(folder, 'airflow/src'), { recursive: true });
  let started: Promise<Running> | undefined;
  const send = ({ child }: Running, request: object): void => {
    child.stdin?.write(`${JSON.stringify(request)}\n`);
  };
  return {
    ask: async (request) => {
      started ??= start(folder);
      const running = await started;
      return new Promise((done, fail) => {
        if (running.child.exitCode !== null) fail(new Error('the process of the tasks has ended'));
        running.waiting.push({ done, fail });
        send(running, request);
      });
    },
    cancel: () => void started?.then((running) => send(running, { cancel: true })),
    stop: () => void started?.then(({ child }) => child.stdin?.end()),
  };
}

async function start(folder: string): Promise<Running> {
  const env = {
    ...{ PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: folder, TMPDIR: folder, LC_ALL: 'C.UTF-8' },
    ...{ AIRFLOW_HOME: join(folder, 'airflow'), PYTHONPATH: join(folder, 'airflow/src'), PYTHONDONTWRITEBYTECODE: '1' },
  };
  const script = join(import.meta.dirname, 'run-tasks.py');
  const child = spawn(await airflowPython(), [script], { env, cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting: Running['waiting'] = [];
  let said = '';
  child.stderr.on('data', (chunk) => {
    said += chunk;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('ANSWER ')) waiting.shift()?.done(JSON.parse(line.slice('ANSWER '.length)) as TaskEnd);
  });
  child.once('close', () => {
    for (const { fail } of waiting) fail(new Error(`no answer: ${said}`));
  });
  return { child, waiting };
}
