type Environment = Readonly<Record<string, string | undefined>>;

/** The variables of OpenTelemetry's specification that name a collector for both signals or one. */
const ENDPOINTS = {
  traces: ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
  metrics: ['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
} as const;

export type Signal = keyof typeof ENDPOINTS;

/** Whether a collector is named for the signal, or any, and the SDK is not disabled. */
export function isTelemetryAsked(environment: Environment, signal?: Signal): boolean {
  if (environment.OTEL_SDK_DISABLED?.trim().toLowerCase() === 'true') return false;
  const names = signal === undefined ? Object.values(ENDPOINTS).flat() : ENDPOINTS[signal];
  return names.some((name) => (environment[name] ?? '').trim() !== '');
}
