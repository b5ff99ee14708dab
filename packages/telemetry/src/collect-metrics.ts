import type { Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import type { Measurement, RunRecord } from './run-record.ts';

/** The metrics of a run as gauges. */
export async function collectMetrics({ measurements }: RunRecord, resource: Resource): Promise<ResourceMetrics> {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter });
  const provider = new MeterProvider({ resource, readers: [reader] });
  const meter = provider.getMeter('postgres-backuper');
  for (const one of measurements) {
    const gauge = meter.createGauge(nameOf(one), { unit: unitOf(one), description: one.help });
    for (const { labels, value } of one.samples) gauge.record(value, labels);
  }
  const { resourceMetrics } = await reader.collect();
  await provider.shutdown();
  return resourceMetrics;
}

/** Without the unit, which receivers for Prometheus append: there the name is that of the metrics file. */
function nameOf({ name, unit }: Measurement): string {
  const ending = { s: /_seconds$/, By: /_bytes$/ }[unit];
  return `postgres_backup.${ending === undefined ? name : name.replace(ending, '')}`;
}

/** Receivers for Prometheus append `_ratio` to the name of a gauge with the unit 1. */
function unitOf({ name, unit }: Measurement): string {
  return unit === '1' && !name.endsWith('_ratio') ? '' : unit;
}
