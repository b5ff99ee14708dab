import type { Host, HostServices } from '../host.ts';
import { createLineHost } from '../line-host.ts';
import { logLine } from './log-line.ts';

/** Time between two progress texts, milliseconds. */
const PROGRESS_MS = 10_000;

/** Shows a command in the log of an Airflow task: each line begins with the level at which the operator logs it. */
export function createAirflowHost(services: HostServices): Host {
  // the operator knows what 99 means
  return createLineHost({ line: logLine, progressMs: PROGRESS_MS, statusOf: (exit) => exit }, services);
}
