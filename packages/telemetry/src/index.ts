export { isTelemetryAsked } from './asked.ts';
export type { Measurement } from './run-record.ts';
export { createTimeline, type Timeline } from './timeline.ts';
