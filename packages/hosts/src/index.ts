export * from './escape.ts';
export * from './paint.ts';
export * from './progress-text.ts';
export * from './terminal-reporter.ts';
export * from './units.ts';
