export * from './caching.ts';
export * from './is-temporary.ts';
export * from './observed.ts';
export * from './optional-methods.ts';
export * from './retrying.ts';
export * from './watched.ts';
