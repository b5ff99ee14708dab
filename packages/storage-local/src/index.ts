export { createCommitCacheFile } from './commit-cache-file.ts';
export { createLocalStorage } from './local-storage.ts';
export { parseDirectory } from './parse-directory.ts';
