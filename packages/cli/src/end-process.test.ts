import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const MODULE = JSON.stringify(join(import.meta.dirname, 'end-process.ts'));

/** Ends while a call of the file system does not return, or is killed after some time. */
function endBlocked(isStuck: boolean, timeout: number) {
  const folder = mkdtempSync(join(tmpdir(), 'cli-end-'));
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const script = `
    import { open } from 'node:fs';
    import { endProcess, isStuck } from ${MODULE};
    open(${JSON.stringify(pipe)}, 'r', () => undefined);
    isStuck.value = ${isStuck};
    setTimeout(() => endProcess(75), 50);`;
  const end = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    timeout,
    killSignal: 'SIGKILL',
  });
  rmSync(folder, { recursive: true });
  return end;
}

test.runIf(process.platform === 'linux')('a process that a blocked call would keep ends with its status', () => {
  expect(endBlocked(true, 50_000)).toMatchObject({ status: 75, signal: null });
  expect(endBlocked(false, 3000)).toMatchObject({ status: null, signal: 'SIGKILL' });
});
