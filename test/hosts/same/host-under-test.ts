import type { CliEnd, JobRequest, StartedJob } from './job.ts';

/** What a host makes of a command that ended. */
export interface Shown {
  /** Everything in the log that the host obeys, as `kind`, in its order; what is not meant for it must not add to them. */
  readonly obeyed: readonly string[];
  /** What people see, for the page. */
  readonly shows: readonly string[];
  readonly outputs: readonly string[];
}

/** Where the files are made that users copy. */
export interface Place {
  readonly folder: string;
  /** The bundle, `dist` in the folder. */
  readonly dist: string;
}

/** Starts commands as jobs of one host. */
export interface Starter {
  readonly start: (request: JobRequest) => Promise<StartedJob>;
  /** Ends what `prepare` started. */
  readonly close?: () => void;
}

/** What the tests must know of a host. `test/hosts/NAME/same.ts` exports it as `host`; NAME is that of its row. */
export interface HostUnderTest {
  readonly title: string;
  /** What starts a command there, for the page. */
  readonly file?: string;
  /** A part that this machine may lack. */
  readonly part?: string;
  /** How it ends a job that is cancelled. */
  readonly stop: NodeJS.Signals;
  /** Makes the files that users copy, from the sources. */
  readonly prepare: (place: Place) => Promise<Starter>;
  readonly read: (end: CliEnd) => Shown;
}
