import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { folderSize } from './folder-size.ts';
import { cpuOf, cpuOfServer, memoryOf, treeOf } from './processes.ts';

/** How often memory is looked at, milliseconds: often at first, for commands that end at once. */
const MEMORY_MS = 50;
const MEMORY_FIRST_MS = 5;
const DISK_MS = 250;
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
  const after = cpuNow(request);
  return {
    status: status ?? -1,
    wallS,
    clientS: after.clientS - before.clientS,
    serverS: after.serverS - before.serverS,
    storageS: after.storageS - before.storageS,
    ...peaks,
  };
}

function spawnLogged({ script, env, cwd, log }: MeasureRequest) {
  const file = openSync(log, 'a');
  try {
    return spawn('bash', ['-c', script], { env, cwd, stdio: ['ignore', file, file] });
  } finally {
    closeSync(file);
  }
}

function cpuNow({ databasePid, storagePid }: MeasureRequest) {
  return {
    clientS: cpuOf(process.pid).reapedS,
    serverS: cpuOfServer(databasePid),
    storageS: cpuOfServer(storagePid),
  };
}

function watchPeaks(pid: number, tempDir: string) {
  const peaks = { treeBytes: 0, processBytes: 0, tempBytes: 0 };
  let timer: NodeJS.Timeout;
  const lookAtMemory = (afterMs: number) => {
    const processes = treeOf(pid).map(memoryOf);
    const all = processes.reduce((sum, { bytes }) => sum + bytes, 0);
    peaks.treeBytes = Math.max(peaks.treeBytes, all);
    // the kernel keeps the peak of each process, so that only its last moments can be missed
    peaks.processBytes = Math.max(peaks.processBytes, ...processes.map(({ peakBytes }) => peakBytes));
    timer = setTimeout(() => lookAtMemory(Math.min(afterMs * 1.2, MEMORY_MS)), afterMs);
  };
  const disk = setInterval(() => {
    peaks.tempBytes = Math.max(peaks.tempBytes, folderSize(tempDir));
  }, DISK_MS);
  lookAtMemory(MEMORY_FIRST_MS);
  return {
    stop: () => {
      clearTimeout(timer);
      clearInterval(disk);
      return peaks;
    },
  };
}
