import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** To be loaded before a program: from BLOCK_AFTER opened files of a repository on, an open never returns, as on a file system that hangs. */
const { open } = fs;
const { BLOCKED_PATH = '/', BLOCKING_PIPE = '', BLOCK_AFTER = '0' } = process.env;
let left = Number(BLOCK_AFTER);

fs.open = (path, ...rest) => {
  if (!String(path).startsWith(BLOCKED_PATH) || left-- > 0) return open(path, ...rest);
  return open(BLOCKING_PIPE, 'r'); // no one ever writes: a thread of Node's pool waits in the kernel
};
syncBuiltinESMExports();
