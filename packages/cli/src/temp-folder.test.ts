import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeTempFolder, removeLeftFolders } from './temp-folder.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'cli-temp-'));
});
afterEach(() => rmSync(base, { recursive: true }));

/** The folder of a process that was killed, with a file in it. */
function leftFolder(): string {
  const script = `
    import { makeTempFolder } from ${JSON.stringify(join(import.meta.dirname, 'temp-folder.ts'))};
    process.stdout.write(makeTempFolder(${JSON.stringify(base)}), () => process.kill(process.pid, 'SIGKILL'));`;
  const path = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }).stdout;
  writeFileSync(join(path, 'file'), '');
  return path;
}

test.runIf(process.platform === 'linux')(
  'the folder of a process that was killed is removed, that of a living one not',
  () => {
    const [left, own] = [leftFolder(), makeTempFolder(base)];
    expect(existsSync(left)).toBe(true);
    removeLeftFolders(base);
    expect(existsSync(left)).toBe(false);
    expect(existsSync(own)).toBe(true);
  },
);

test.runIf(process.platform === 'linux')('a process with the number of a dead one does not keep its folder', () => {
  const name = basename(makeTempFolder(base)).split('-');
  const before = join(base, [...name.slice(0, 4), '1', 'abcdef'].join('-'));
  mkdirSync(before, { mode: 0o700 });
  removeLeftFolders(base);
  expect(existsSync(before)).toBe(false);
});

test.runIf(process.platform === 'linux')(
  'a folder from elsewhere, or one that others may write to, and what a link means stay',
  () => {
    const name = basename(leftFolder());
    const elsewhere = join(base, name.replace(/-[0-9a-f]{8}-/, '-00000000-'));
    const open = join(base, name.replace(/.{6}$/, 'others'));
    const link = join(base, name.replace(/.{6}$/, 'linked'));
    const meant = join(base, 'meant');
    for (const path of [elsewhere, meant]) mkdirSync(path, { mode: 0o700 });
    spawnSync('mkdir', ['-m', '777', open]);
    writeFileSync(join(meant, 'file'), '');
    symlinkSync(meant, link);
    removeLeftFolders(base);
    expect([elsewhere, open, link, join(meant, 'file')].filter((path) => !existsSync(path))).toEqual([]);
  },
);
