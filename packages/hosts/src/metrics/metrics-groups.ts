import { escapeText } from '@postgres-backuper/base';
import type { Measured, RepositoryState } from './measured.ts';
import type { Label, Subject } from './metric.ts';
import { type Family, familiesOf, metricsText } from './metrics-text.ts';

/** The metrics of one grouping key at a Pushgateway. */
export interface MetricsGroup {
  /** `PUT` replaces the group, `POST` only the metrics of the same names. */
  readonly method: 'PUT' | 'POST';
  /** The grouping key after the job, in its order. */
  readonly labels: readonly (readonly [label: Label, value: string])[];
  readonly text: string;
}

/**
 * Each group is replaced as a whole, and only by a run that knows all of it: so a failed run, or one that cannot read the
 * repository, overwrites its own figures and nothing that is still true of the backups.
 */
export function metricsGroups(measured: Measured): readonly MetricsGroup[] {
  const families = familiesOf(measured);
  const { document, repositories } = measured;
  return [
    ...runGroups(families, document.command),
    ...repositories.flatMap(({ location, names }) =>
      names.map(({ name }) => groupOf(families, 'name', { name, location })),
    ),
    ...repositories.map((one) => repositoryGroup(families, one)),
  ];
}

/** One for each name, so that jobs for other databases do not replace it; what is of no name is in each of them. */
function runGroups(families: readonly Family[], command: string): readonly MetricsGroup[] {
  const ofRun = families.filter(({ metric }) => metric.subject === 'run');
  const names = [...new Set(ofRun.flatMap(({ samples }) => samples.flatMap(({ labels }) => labels.name ?? [])))];
  if (names.length === 0) return [groupOf(families, 'run', { command })];
  return names.map((name) => groupOf(families, 'run', { command, name }));
}

/** Only some commands know when the repository will be full: the others leave that as it is. */
function repositoryGroup(families: readonly Family[], { location, usage, forecast }: RepositoryState): MetricsGroup {
  const isWhole = usage === undefined || forecast !== undefined;
  return { ...groupOf(families, 'repository', { location }), method: isWhole ? 'PUT' : 'POST' };
}

type Key = Partial<Record<Label, string>>;

function groupOf(families: readonly Family[], subject: Subject, key: Key): MetricsGroup {
  const own = families
    .filter(({ metric }) => metric.subject === subject)
    .map(({ metric, samples }) => ({ metric, samples: samples.filter(({ labels }) => isIn(key, labels)) }))
    .filter(({ samples }) => samples.length > 0);
  const labels = (Object.entries(key) as [Label, string][]).map(
    ([label, value]) => [label, escapeText(value)] as const,
  );
  return { method: 'PUT', labels, text: metricsText(own) };
}

function isIn(key: Key, labels: Key): boolean {
  return (Object.keys(key) as Label[]).every((label) => labels[label] === undefined || labels[label] === key[label]);
}
