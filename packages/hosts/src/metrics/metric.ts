import type { Measured } from './measured.ts';

/** What a metric is about, which decides its grouping key at a Pushgateway: the run, the backups of a name, or a repository. */
export type Subject = 'run' | 'name' | 'repository';

/** In UCUM, as OpenTelemetry writes units. In Prometheus the unit ends the name. */
export type Unit = 's' | 'By' | '1' | '{backup}' | '{object}' | '{retry}' | '{row}' | '{run}' | '{segment}' | '{table}';

export type Label = 'command' | 'database' | 'level' | 'location' | 'name';

/** One row of the only list of metrics: the file, the Pushgateway and the page come from it. */
export interface Metric {
  /** In Prometheus, after `postgres_backup_`. */
  readonly name: string;
  readonly unit: Unit;
  /** All are values of now, which go up and down. */
  readonly kind: 'gauge';
  /** One sentence. Times are seconds since 1970. */
  readonly help: string;
  readonly labels: readonly Label[];
  readonly subject: Subject;
  /** What is not known has no sample: never 0. */
  readonly samples: (measured: Measured) => readonly Sample[];
}

export interface Sample {
  /** A label may be missing, e.g. the name where the settings could not be read. */
  readonly labels: Readonly<Partial<Record<Label, string>>>;
  /** In the unit of the metric. */
  readonly value: number;
}
