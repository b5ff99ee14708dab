import type { Attributes } from '@opentelemetry/api';
import type { ExportResult } from '@opentelemetry/core';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  type Resource,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceNameEnvDetector,
} from '@opentelemetry/resources';
import { isTelemetryAsked } from './asked.ts';
import { collectMetrics } from './collect-metrics.ts';
import { collectSpans } from './collect-spans.ts';
import type { RunRecord } from './run-record.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Sends the trace and the metrics of a run, each to the collector that the process's `OTEL_…` variables name. Errors: the
 * exporter's of the first signal that was not taken; the signal's reason.
 */
export async function sendTelemetry(
  run: RunRecord,
  { environment, signal }: { readonly environment: Environment; readonly signal: AbortSignal },
): Promise<void> {
  const resource = resourceOf(run);
  const sendings = [
    ...(isTelemetryAsked(environment, 'traces') ? [sendSpans(run, resource, environment)] : []),
    ...(isTelemetryAsked(environment, 'metrics') ? [sendMetrics(run, resource)] : []),
  ];
  const ended = await Promise.race([Promise.allSettled(sendings), rejected(signal)]);
  const failed = ended.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

async function sendSpans(run: RunRecord, resource: Resource, environment: Environment): Promise<void> {
  const spans = collectSpans(run, { resource, parent: { ...environment } });
  const exporter = new OTLPTraceExporter();
  if (spans.length > 0) await exported((done) => exporter.export([...spans], done));
}

async function sendMetrics(run: RunRecord, resource: Resource): Promise<void> {
  const metrics = await collectMetrics(run, resource);
  const exporter = new OTLPMetricExporter();
  await exported((done) => exporter.export(metrics, done));
}

/** What the variables say wins over what the program knows of itself. */
function resourceOf({ version }: RunRecord): Resource {
  const own: Attributes = { 'service.name': 'postgres-backuper', 'service.version': version };
  const detectors = [resourceAttributesEnvDetector, serviceNameEnvDetector];
  return defaultResource().merge(resourceFromAttributes(own)).merge(detectResources({ detectors }));
}

function exported(start: (done: (result: ExportResult) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start(({ code, error }) => (code === 0 ? resolve() : reject(error ?? new Error('not taken'))));
  });
}

function rejected(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
