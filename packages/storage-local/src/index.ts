export * from './commit-cache-file.ts';
export * from './local-storage.ts';
export * from './parse-directory.ts';
export * from './unmounted.ts';
