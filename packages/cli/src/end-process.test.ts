import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const MODULE = JSON.stringify(join(import.meta.dirname, 'end-process.ts'));

/** Ends while a call of the file system does not return. */
function endBlocked(isStuck: boolean) {
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
    timeout: 3000,
    killSignal: 'SIGKILL',
  });
  rmSync(folder, { recursive: true });
  return end;
}

test.runIf(process.platform === 'linux')('a process that a blocked call would keep ends with its status', () => {
  expect(endBlocked(true)).toMatchObject({ status: 75, signal: null });
  expect(endBlocked(false)).toMatchObject({ status: null, signal: 'SIGKILL' });
});
