export * from './detect-host.ts';
export * from './escape.ts';
export * from './host.ts';
export * from './open-host.ts';
export * from './paint.ts';
export * from './progress-text.ts';
export * from './terminal-reporter.ts';
export * from './units.ts';
