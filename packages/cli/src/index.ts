export { type Process, run } from './run.ts';
export { VERSION } from './version.ts';
