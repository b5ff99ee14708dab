import { escapeText } from '@postgres-backuper/base';
import { FIGURES, ofPlace, type Sample } from '../figures.ts';
import type { CommandDocument } from '../host.ts';
import { toldBy } from '../results.ts';

type Family = readonly [name: string, help: string, samples: readonly Sample[]];

const PREFIX = 'postgres_backup';

/** The figures of a command in the text format of OpenMetrics: sizes in bytes, times in seconds. */
export function metricsReport(document: CommandDocument): string {
  const { command, exit, newest = [] } = document;
  const told = toldBy(document);
  const figures = FIGURES.flatMap(({ metric, help, samples }): readonly Family[] =>
    metric === undefined ? [] : [[metric, help, samples(told).map((sample) => inSeconds(metric, sample))]],
  );
  const families: readonly Family[] = [
    ['exit_status', 'Exit status of the command.', [{ labels: () => ({ command }), value: exit }]],
    ...figures,
    [
      'last_success_timestamp_seconds',
      'When the newest good backup was begun, seconds since 1970; also after a failure.',
      newest.map((one) => ofPlace(one, Math.round(Date.parse(one.startedAt) / 1000))),
    ],
  ];
  return `${families.map(familyText).join('')}# EOF\n`;
}

function inSeconds(metric: string, { labels, value }: Sample): Sample {
  return { labels, value: metric.endsWith('_seconds') ? value / 1000 : value };
}

function familyText([name, help, samples]: Family): string {
  if (samples.length === 0) return '';
  const metric = `${PREFIX}_${name}`;
  const lines = samples.map(({ labels, value }) => `${metric}{${labelsText(labels())}} ${value}\n`);
  return `# TYPE ${metric} gauge\n# HELP ${metric} ${help}\n${lines.join('')}`;
}

function labelsText(labels: ReturnType<Sample['labels']>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeText(value).replace(/[\\"]/g, '\\$&')}"`)
    .join(',');
}
