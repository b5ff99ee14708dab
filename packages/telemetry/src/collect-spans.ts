import {
  type Attributes,
  type Context,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import { type ReadableSpan, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { RunRecord } from './run-record.ts';

/** Where the span of the run belongs: `TRACEPARENT` and `TRACESTATE` as a CI system sets them. */
export interface Parent {
  readonly TRACEPARENT?: string | undefined;
  readonly TRACESTATE?: string | undefined;
}

/** A span of the run, and in it one for each phase. Empty: the parent says that the trace is not sampled. */
export function collectSpans(
  run: RunRecord,
  { resource, parent }: { readonly resource: Resource; readonly parent: Parent },
): readonly ReadableSpan[] {
  const ended: ReadableSpan[] = [];
  const tracer = new TracerProvider({ resource, spanProcessors: [keepIn(ended)] }).getTracer('postgres-backuper');
  const { command, begunAt, endedAt, exit, errorCode, steps } = run;
  const attributes = { 'postgres_backup.command': command, 'process.exit.code': exit, ...serverAttributes(run) };
  const root = tracer.startSpan(
    `postgres-backuper ${command}`,
    { kind: SpanKind.INTERNAL, startTime: begunAt, attributes },
    contextOf(parent),
  );
  const within = trace.setSpan(ROOT_CONTEXT, root);
  for (const step of steps) tracer.startSpan(step.name, { startTime: step.begunAt }, within).end(step.endedAt);
  if (errorCode !== undefined) {
    root.setAttribute('error.type', errorCode).setStatus({ code: SpanStatusCode.ERROR, message: errorCode });
  }
  root.end(endedAt);
  return ended;
}

/** Names of OpenTelemetry's semantic conventions for databases. */
function serverAttributes({ server, database }: RunRecord): Attributes {
  if (server === undefined) return {};
  const [, host = server, port] = /^(.*):(\d+)$/.exec(server) ?? [];
  return {
    ...{ 'db.system.name': 'postgresql', 'server.address': host },
    ...(port === undefined ? {} : { 'server.port': Number(port) }),
    ...(database === undefined ? {} : { 'db.namespace': database }),
  };
}

function contextOf({ TRACEPARENT: traceparent, TRACESTATE: tracestate }: Parent): Context {
  return new W3CTraceContextPropagator().extract(ROOT_CONTEXT, { traceparent, tracestate }, defaultTextMapGetter);
}

function keepIn(ended: ReadableSpan[]): SpanProcessor {
  return {
    onStart: () => undefined,
    onEnd: (span) => void ended.push(span),
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
}
