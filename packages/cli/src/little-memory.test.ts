import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
/** Writes what of Node.js was loaded when V8 got its first flag; nothing without flags. */
const HOOK = `
  import v8 from 'node:v8';
  import { syncBuiltinESMExports } from 'node:module';
  const { setFlagsFromString } = v8;
  let loaded = [];
  v8.setFlagsFromString = (flag) => {
    if (loaded.length === 0) loaded = [...process.moduleLoadList];
    setFlagsFromString(flag);
  };
  syncBuiltinESMExports();
  process.on('exit', () => process.stdout.write(JSON.stringify(loaded)));`;

test('what a command needs of Node.js is loaded before V8 gets flags, which would have it compiled anew', () => {
  const hook = `data:text/javascript,${encodeURIComponent(HOOK)}`;
  const output = execFileSync(process.execPath, ['--import', hook, MAIN, 'list', '--help'], { encoding: 'utf8' });
  const loaded: string[] = JSON.parse(output.slice(output.lastIndexOf('\n') + 1));
  const modules = ['child_process', 'crypto', 'https', 'net', 'worker_threads', 'zlib'];
  expect(loaded).toEqual(expect.arrayContaining(modules.map((name) => `NativeModule ${name}`)));
});
