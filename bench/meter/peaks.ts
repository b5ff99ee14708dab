import { folderSize } from './folder-size.ts';
import { memoryOf, treeOf } from './processes.ts';

/** How often memory is looked at, milliseconds: often at first, for commands that end at once. */
const MEMORY_MS = 50;
const MEMORY_FIRST_MS = 5;
const DISK_MS = 250;

/** Looks at the memory of a process and of all that it starts, and at a folder, until it is stopped. */
export function watchPeaks(pid: number, tempDir: string) {
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
