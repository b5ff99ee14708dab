import { escapeText } from '@postgres-backuper/base';
import type { Measured, RepositoryState } from './measured.ts';
import type { Label, Metric, Subject } from './metric.ts';
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
  const { repositories } = measured;
  return [
    ...runGroups(families, measured),
    ...repositories.flatMap(({ location, names }) =>
      names.map(({ name }) => groupOf(families, 'name', { name, location })),
    ),
    ...repositories.filter(({ usage }) => usage !== undefined).map((one) => repositoryGroup(families, one)),
  ];
}

/**
 * One for each name, so that jobs for other databases do not replace it; what is of no name is in each of them. The group
 * without a name is of runs that take all names alone: no later run with names would replace it.
 */
function runGroups(families: readonly Family[], { document, names }: Measured): readonly MetricsGroup[] {
  const { command } = document;
  const ofRun = families.filter(({ metric }) => metric.subject === 'run');
  const known = [...new Set(ofRun.flatMap(({ samples }) => samples.flatMap(({ labels }) => labels.name ?? [])))];
  const single = known.map((name) => groupOf(families, 'run', { command, name }));
  return names?.length === 0 ? [groupOf(families, 'run', { command }), ...single] : single;
}

/** Only some commands know when the repository will be full: the others leave that as it is. */
function repositoryGroup(families: readonly Family[], { location, forecast }: RepositoryState): MetricsGroup {
  return { ...groupOf(families, 'repository', { location }), method: forecast === undefined ? 'POST' : 'PUT' };
}

type Key = Partial<Record<Label, string>>;

function groupOf(families: readonly Family[], subject: Subject, key: Key): MetricsGroup {
  const own = families
    .filter(({ metric }) => metric.subject === subject)
    .map(({ metric, samples }) => ({ metric, samples: samples.filter(({ labels }) => isIn(key, labels, metric)) }))
    .filter(({ samples }) => samples.length > 0);
  const labels = (Object.entries(key) as [Label, string][]).map(
    ([label, value]) => [label, escapeText(value)] as const,
  );
  return { method: 'PUT', labels, text: metricsText(own) };
}

/** A metric that has no names belongs to each name. */
function isIn(key: Key, labels: Key, metric: Metric): boolean {
  if (metric.labels.includes('name') && labels.name !== key.name) return false;
  return metric.subject === 'run' || labels.location === key.location;
}
