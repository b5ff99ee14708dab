import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { sendTelemetry } from './otlp.ts';

const RUN = {
  ...{ command: 'backup', version: '1.2.3', begunAt: 1_800_000_000_000, endedAt: 1_800_000_009_000, exit: 1 },
  errorCode: 'dump-failed',
  ...{ server: 'db.example:5433', database: 'shop' },
  steps: [
    { name: 'check', begunAt: 1_800_000_001_000, endedAt: 1_800_000_002_000 },
    { name: 'dump', begunAt: 1_800_000_002_000, endedAt: 1_800_000_009_000 },
  ],
  measurements: [
    { name: 'raw_bytes', unit: 'By', help: 'Raw.', samples: [{ labels: { name: 'shop' }, value: 5 }] },
    { name: 'exit_status', unit: '1', help: 'Exit.', samples: [{ labels: { command: 'backup' }, value: 1 }] },
  ],
};
const TRACE = '0af7651916cd43dd8448eb211c80319c';

let answer: number | undefined;
let got: { path: string; headers: IncomingMessage['headers']; body: Loose }[];
const server = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  got.push({ path: request.url ?? '', headers: request.headers, body: JSON.parse(Buffer.concat(parts).toString()) });
  if (answer !== undefined) response.writeHead(answer, { 'content-type': 'application/json' }).end('{}');
});

// biome-ignore lint/suspicious/noExplicitAny: a decoded document
type Loose = any;

beforeEach(async () => {
  answer = 200;
  got = [];
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

const send = (limitMs = 5000) => sendTelemetry(RUN, { environment: process.env, signal: AbortSignal.timeout(limitMs) });
const bodyOf = (path: string): Loose => got.find((one) => one.path === path)?.body;

test('a run is a span with its phases, under the span of the CI job', async () => {
  vi.stubEnv('TRACEPARENT', `00-${TRACE}-b7ad6b7169203331-01`);
  vi.stubEnv('OTEL_SERVICE_NAME', 'nightly');
  vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'authorization=Bearer%20x');
  await send();
  const [{ resource, scopeSpans }] = bodyOf('/v1/traces').resourceSpans;
  expect(resource.attributes).toContainEqual({ key: 'service.name', value: { stringValue: 'nightly' } });
  const spans: Loose[] = scopeSpans[0].spans;
  const root = spans.find(({ name }) => name === 'postgres-backuper backup');
  expect(root).toMatchObject({
    traceId: TRACE,
    parentSpanId: 'b7ad6b7169203331',
    status: { code: 2, message: 'dump-failed' },
  });
  expect(root.attributes).toContainEqual({ key: 'error.type', value: { stringValue: 'dump-failed' } });
  expect(root.attributes).toEqual(
    expect.arrayContaining([
      { key: 'db.system.name', value: { stringValue: 'postgresql' } },
      { key: 'db.namespace', value: { stringValue: 'shop' } },
      { key: 'server.address', value: { stringValue: 'db.example' } },
      { key: 'server.port', value: { intValue: 5433 } },
    ]),
  );
  const phases = spans.filter((span) => span !== root);
  expect(phases.map(({ name }) => name)).toEqual(['check', 'dump']);
  for (const phase of phases) expect(phase).toMatchObject({ traceId: TRACE, parentSpanId: root.spanId });
  expect(phases[1].endTimeUnixNano).toBe('1800000009000000000');
  expect(got.map(({ headers }) => headers.authorization)).toEqual(['Bearer x', 'Bearer x']);
});

test('metrics have their names and units without what receivers append', async () => {
  await send();
  const { metrics } = bodyOf('/v1/metrics').resourceMetrics[0].scopeMetrics[0];
  expect(metrics.map(({ name, unit }: Loose) => [name, unit])).toEqual([
    ['postgres_backup.raw', 'By'],
    ['postgres_backup.exit_status', ''],
  ]);
  const [point] = metrics[0].gauge.dataPoints;
  expect(point.asDouble ?? point.asInt).toBe(5);
  expect(point.attributes).toEqual([{ key: 'name', value: { stringValue: 'shop' } }]);
});

test('a collector that refuses, or is silent beyond the limit, is an error', async () => {
  answer = 400;
  await expect(send()).rejects.toMatchObject({ code: 400 });
  answer = undefined;
  await expect(send(300)).rejects.toMatchObject({ name: 'TimeoutError' });
});
