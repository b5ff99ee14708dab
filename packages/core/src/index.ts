export * from './check.ts';
export * from './cipher.ts';
export * from './clock.ts';
export * from './context.ts';
export * from './errors.ts';
export * from './events.ts';
export * from './storage/index.ts';
export * from './storage.ts';
