import type { Metric } from './metric.ts';
import { NAME_METRICS } from './name-metrics.ts';
import { REPOSITORY_METRICS } from './repository-metrics.ts';
import { RUN_METRICS } from './run-metrics.ts';

/** Before the name of each metric in Prometheus. */
export const PREFIX = 'postgres_backup_';

/** All metrics, in the order in which they are shown. */
export const METRICS: readonly Metric[] = [...RUN_METRICS, ...NAME_METRICS, ...REPOSITORY_METRICS];
