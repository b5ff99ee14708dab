import { BackuperError } from '@postgres-backuper/base';
import { METRICS, type Measured } from '@postgres-backuper/hosts';
import type { Environment } from '@postgres-backuper/options';
import { VERSION } from '@postgres-backuper/options/version';
import { isTelemetryAsked, type Measurement } from '@postgres-backuper/telemetry';
import { limitsOfCancelled, whileSending } from '../notify/sending.ts';
import type { Tally } from './measure.ts';

/** Longest time for all that is sent, milliseconds. */
const LIMIT_MS = 10_000;

/** Sends the trace and the metrics of a run to the collector in the `OTEL_…` variables. */
export interface TelemetrySender {
  /** Returns a warning if they did not arrive. */
  send(measured: Measured): Promise<readonly BackuperError[]>;
}

interface SenderRequest {
  readonly environment: Environment;
  readonly tally: Tally;
}

/** Does nothing, and loads nothing, where no collector is named. */
export function createTelemetrySender({ environment, tally }: SenderRequest): TelemetrySender {
  if (!isTelemetryAsked(environment)) return { send: async () => [] };
  return {
    async send(measured) {
      const isCancelled = measured.document.error?.code === 'cancelled';
      const limitMs = isCancelled ? limitsOfCancelled().totalMs : LIMIT_MS;
      try {
        const run = runRecord(measured, tally);
        await whileSending(async (cancel) => {
          const { sendTelemetry } = await import('@postgres-backuper/telemetry/otlp');
          const signal = AbortSignal.any([cancel, AbortSignal.timeout(limitMs)]);
          await sendTelemetry(run, { environment, signal });
        });
        return [];
      } catch (error) {
        return [notSent(error)];
      }
    },
  };
}

function runRecord(measured: Measured, { timeline }: Tally) {
  const { command, exit, error, server, databases = [] } = measured.document;
  const measurements: readonly Measurement[] = METRICS.map((metric) => ({
    ...metric,
    samples: metric.samples(measured),
  }));
  return {
    ...{ command, version: VERSION, exit, measurements: measurements.filter(({ samples }) => samples.length > 0) },
    ...{ begunAt: timeline.begunAt, endedAt: measured.now, steps: timeline.steps() },
    ...{ server, database: databases.length === 1 ? databases[0] : undefined },
    errorCode: error?.code ?? (exit === 0 ? undefined : `exit-${exit}`),
  };
}

/** The message of the library is left out: it may hold the answer of the collector or a header. */
function notSent(error: unknown): BackuperError {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  const isLate = name === 'TimeoutError' || name === 'AbortError';
  const status = typeof code === 'number' && code >= 100 && code < 600 ? ` (HTTP status ${code})` : '';
  const why = isLate ? 'the collector did not answer in time' : `the collector did not take them${status}`;
  return new BackuperError('telemetry-not-sent', `the trace or the metrics were not sent to OpenTelemetry: ${why}`, {
    hint: 'look at the collector that the variables OTEL_EXPORTER_OTLP_… name',
  });
}
