import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchPeaks } from './peaks.ts';
import { cpuOf, cpuOfMachine, cpuOfServer } from './processes.ts';

/** For backends to end after their client, milliseconds. */
const SETTLE_MS = 200;

export interface Measured {
  /** Exit status; -1 after a signal. */
  readonly status: number;
  readonly wallS: number;
  /** Of the program and everything that it started. */
  readonly clientS: number;
  readonly serverS: number;
  readonly storageS: number;
  /** Of everything else on the machine, with the kernel's own work and what a hypervisor took away. */
  readonly othersS: number;
  /** Resident memory of all its processes at once; memory that they share counts for each. */
  readonly treeBytes: number;
  /** Of its largest process. */
  readonly processBytes: number;
  /** The most that lay in its temporary folder at once. */
  readonly tempBytes: number;
}

export interface MeasureRequest {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly tempDir: string;
  /** Standard output and standard error go there. */
  readonly log: string;
  readonly databasePid: number;
  readonly storagePid: number;
}

/** Runs a bash script to its end and says what it cost. Nothing else may be started meanwhile by this process. */
export async function measure(request: MeasureRequest): Promise<Measured> {
  const before = cpuNow(request);
  const started = performance.now();
  const child = spawnLogged(request);
  const watcher = watchPeaks(child.pid ?? -1, request.tempDir);
  const [status] = (await once(child, 'exit')) as [number | null];
  const wallS = (performance.now() - started) / 1000;
  const peaks = watcher.stop();
  await sleep(SETTLE_MS);
  return { status: status ?? -1, wallS, ...difference(before, cpuNow(request)), ...peaks };
}

function spawnLogged({ script, env, cwd, log }: MeasureRequest) {
  const file = openSync(log, 'a');
  try {
    return spawn('bash', ['-c', script], { env, cwd, stdio: ['ignore', file, file] });
  } finally {
    closeSync(file);
  }
}

interface Cpu {
  readonly clientS: number;
  readonly serverS: number;
  readonly storageS: number;
  readonly benchS: number;
  readonly machineS: number;
}

function cpuNow({ databasePid, storagePid }: MeasureRequest): Cpu {
  const own = cpuOf(process.pid);
  return {
    clientS: own.reapedS,
    serverS: cpuOfServer(databasePid),
    storageS: cpuOfServer(storagePid),
    benchS: own.ownS,
    machineS: cpuOfMachine(),
  };
}

function difference(before: Cpu, after: Cpu) {
  const of = (part: keyof Cpu): number => after[part] - before[part];
  const [clientS, serverS, storageS] = [of('clientS'), of('serverS'), of('storageS')];
  return {
    clientS,
    serverS,
    storageS,
    othersS: Math.max(0, of('machineS') - clientS - serverS - storageS - of('benchS')),
  };
}
