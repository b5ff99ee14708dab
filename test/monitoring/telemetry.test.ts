import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Postgres,
  startPostgres,
  startWebReceiver,
  testMajors,
  type WebReceiver,
} from '@postgres-backuper/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli, serverVariables } from '../cli/run-cli.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
let postgres: Postgres;
let collector: WebReceiver;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  postgres = await startPostgres({ major: testMajors().at(-1)! });
  await postgres.createDatabase('shop');
  await postgres.psql('CREATE TABLE hidden_table AS SELECT g FROM generate_series(1, 1000) g', 'shop');
  collector = await startWebReceiver({ answer: (response) => void response.writeHead(200).end('{}') });
  folder = await mkdtemp(join(tmpdir(), 'telemetry-'));
  env = {
    ...serverVariables(postgres),
    ...{ HOME: folder, BACKUP_ENCRYPTION: 'none', BACKUP_REPOSITORY: join(folder, 'r'), PG_DB: 'shop' },
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
    TRACEPARENT: `00-${TRACE}-b7ad6b7169203331-01`,
  };
});
afterAll(async () => {
  await collector?.stop();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The documents that came since the last call, by their paths. */
function arrived(): Record<string, string> {
  return Object.fromEntries(collector.received.splice(0).map(({ url, body }) => [url, body]));
}

// biome-ignore lint/suspicious/noExplicitAny: a decoded document
type Loose = any;

const spansOf = (body = '{}'): Loose[] => JSON.parse(body).resourceSpans[0].scopeSpans[0].spans;
const attribute = (span: Loose, key: string) =>
  Object.values(span.attributes.find((one: Loose) => one.key === key)?.value ?? {})[0];

test('a backup is a trace with its phases below the span of the job, and its metrics', async () => {
  expect(await runCli(['backup'], env)).toMatchObject({
    status: 0,
    stderr: expect.not.stringContaining('OpenTelemetry'),
  });
  const { '/v1/traces': traces = '', '/v1/metrics': metrics = '' } = arrived();
  const [root, ...phases] = spansOf(traces)
    .sort((one, other) => (one.name > other.name ? -1 : 1))
    .reverse()
    .sort(rootFirst);
  expect(root).toMatchObject({ name: 'postgres-backuper backup', traceId: TRACE, parentSpanId: 'b7ad6b7169203331' });
  expect(attribute(root, 'db.namespace')).toBe('shop');
  expect(attribute(root, 'server.port')).toBe(postgres.port);
  expect(phases.map(({ name }) => name)).toEqual(expect.arrayContaining(['check', 'dump']));
  for (const phase of phases) expect(phase.parentSpanId).toBe(root.spanId);
  expect(metrics).toContain('postgres_backup.rows');
  expect(traces + metrics).not.toContain('hidden_table');
});

const rootFirst = (one: Loose, other: Loose) =>
  Number(other.name.startsWith('postgres-')) - Number(one.name.startsWith('postgres-'));

test('a failed run has its error code; a collector that refuses or is gone changes no outcome', async () => {
  const failed = await runCli(['backup'], { ...env, PG_DB: 'nowhere' });
  const [root] = spansOf(arrived()['/v1/traces']).sort(rootFirst);
  expect(root.status).toMatchObject({ code: 2, message: 'database-missing' });
  const gone = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
  const unsent = await runCli(['backup'], { ...gone, PG_DB: 'nowhere' });
  expect(unsent.status).toBe(failed.status);
  expect(unsent.stderr).toContain('not sent to OpenTelemetry');
});

test('nothing is sent where it is switched off, nor of a trace that is not sampled', async () => {
  await runCli(['list'], { ...env, OTEL_SDK_DISABLED: 'true' });
  expect(arrived()).toEqual({});
  await runCli(['list'], { ...env, TRACEPARENT: `00-${TRACE}-b7ad6b7169203331-00` });
  expect(Object.keys(arrived())).toEqual(['/v1/metrics']);
});

test('a signal ends the wait for a silent collector, and the outcome stands', async () => {
  const silent = await startWebReceiver({ answer: () => undefined });
  let killedAt = Number.NaN;
  const here = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${silent.port}` };
  const end = await runCli(['list'], here, (child) => {
    const waiting = setInterval(() => {
      if (silent.received.length === 0) return;
      clearInterval(waiting);
      killedAt = Date.now();
      child.kill('SIGTERM');
    }, 20);
  });
  const tookMs = Date.now() - killedAt;
  await silent.stop();
  expect(end).toMatchObject({ status: 0, stderr: expect.stringContaining('not sent to OpenTelemetry') });
  expect(tookMs).toBeLessThan(9000); // 10 s without a signal
});
