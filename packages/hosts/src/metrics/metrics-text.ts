import { escapeText } from '@postgres-backuper/base';
import type { Measured } from './measured.ts';
import type { Metric, Sample } from './metric.ts';
import { METRICS, PREFIX } from './metrics.ts';

/** A metric and its samples. */
export interface Family {
  readonly metric: Metric;
  readonly samples: readonly Sample[];
}

/** All metrics that have samples. */
export function familiesOf(measured: Measured): readonly Family[] {
  const all = METRICS.map((metric) => ({ metric, samples: metric.samples(measured) }));
  return all.filter(({ samples }) => samples.length > 0);
}

/** What a file of metrics holds. */
export function metricsReport(measured: Measured): string {
  return metricsText(familiesOf(measured));
}

/** In the text format that OpenMetrics and Prometheus share. */
export function metricsText(families: readonly Family[]): string {
  return `${families.map(familyText).join('')}# EOF\n`;
}

function familyText({ metric, samples }: Family): string {
  const name = `${PREFIX}${metric.name}`;
  const lines = samples.map(({ labels, value }) => `${name}{${labelsText(labels)}} ${value}\n`);
  return `# TYPE ${name} gauge\n# HELP ${name} ${metric.help}\n${lines.join('')}`;
}

function labelsText(labels: Sample['labels']): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeText(value).replace(/[\\"]/g, '\\$&')}"`)
    .join(',');
}
