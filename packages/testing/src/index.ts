export * from './cache.ts';
export * from './free-port.ts';
export * from './postgres.ts';
export * from './postgres-binaries.ts';
export * from './run.ts';
export * from './sample-database.ts';
export * from './snapshot-of.ts';
