import type { ResultKinds } from '../results.ts';
import type { Described } from './described.ts';

export const OF_RESTORE: Described<ResultKinds['restore']> = {
  label: ['terminal', 'summary', 'teamcity', 'outputs', 'airflow'],
  database: ['terminal', 'summary', 'teamcity', 'metrics', 'outputs', 'airflow'],
  replaced: ['terminal'],
  oldDropped: ['terminal'],
  rows: ['terminal', 'summary'],
  intoSchema: ['terminal', 'summary'],
  durationMs: ['terminal', 'summary', 'teamcity', 'metrics', 'outputs'],
  originChecked: ['terminal', 'summary'],
  passedOver: 'in JSON alone', // a warning names them
  createdRoles: ['terminal', 'summary'],
  leftOut: ['terminal', 'summary'],
  transformed: ['terminal', 'summary'],
  assertions: {
    file: 'in JSON alone',
    name: ['terminal', 'summary', 'problems', 'junit', 'teamcity', 'airflow'],
    ok: ['terminal', 'summary', 'problems', 'junit', 'teamcity', 'airflow'],
    detail: ['terminal', 'summary', 'problems', 'junit', 'teamcity', 'airflow'],
  },
  encoding: 'in JSON alone', // of the file of statements
  standardStrings: 'in JSON alone',
  objects: {
    object: ['terminal', 'summary', 'problems', 'junit', 'teamcity', 'airflow'],
    lack: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
    reason: ['terminal', 'summary', 'problems', 'junit', 'teamcity', 'airflow'],
    sqlState: 'in JSON alone',
    statement: 'in JSON alone', // the file of statements
  },
  notLoaded: {
    schema: ['terminal', 'summary', 'problems', 'junit', 'teamcity', 'airflow'],
    table: ['terminal', 'summary', 'problems', 'junit', 'teamcity', 'airflow'],
    reason: ['terminal', 'summary', 'problems', 'junit', 'teamcity', 'airflow'],
    expectedRows: ['terminal', 'summary', 'problems', 'junit', 'teamcity', 'airflow'],
  },
  parts: {
    worker: ['terminal', 'summary', 'airflow'],
    tableCount: ['terminal', 'summary', 'airflow'],
    rows: ['terminal', 'summary', 'airflow'],
    bytes: ['terminal', 'summary', 'airflow'],
  },
  tables: {
    schema: ['terminal', 'summary', 'junit', 'teamcity'],
    table: ['terminal', 'summary', 'junit', 'teamcity'],
    rows: ['terminal', 'summary', 'airflow'],
    bytes: ['terminal', 'summary'],
    expectedRows: ['terminal', 'airflow'],
    proof: ['summary', 'airflow'],
  },
};

export const OF_RESTORED_PART: Described<ResultKinds['restored part']> = {
  label: ['terminal', 'summary', 'airflow'],
  into: ['terminal', 'summary', 'airflow'],
  part: 'in JSON alone', // the job knows which it is
  count: 'in JSON alone',
  tables: ['terminal', 'summary', 'airflow'],
  rows: ['terminal', 'summary', 'airflow'],
  bytes: ['terminal', 'summary', 'airflow'],
  indexes: ['terminal', 'summary', 'airflow'],
  refused: ['terminal', 'summary', 'airflow'],
  durationMs: ['terminal', 'summary'],
};

/** Its standard output is rows, or the prompt's. */
export const OF_PREVIEW: Described<ResultKinds['previewed backup']> = {
  label: 'in JSON alone',
  passedOver: 'in JSON alone', // a warning names them
};

export const OF_PLANNED_RESTORE: Described<ResultKinds['planned restore']> = {
  label: ['terminal', 'summary'],
  into: ['terminal', 'summary'],
  serverVersion: ['terminal', 'summary'],
  estimate: 'in JSON alone', // a finding tells it
  findings: {
    kind: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
    severity: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
    what: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
    solution: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
    code: ['summary', 'problems', 'junit', 'teamcity'],
    names: 'in JSON alone',
  },
};

export const OF_RESTORED_FILE: Described<ResultKinds['restored file']> = {
  source: ['terminal'],
  database: ['terminal', 'summary', 'teamcity', 'metrics', 'outputs'],
  bytes: ['terminal'],
  durationMs: ['terminal', 'summary', 'teamcity', 'metrics', 'outputs'],
  leftOut: { what: ['summary'], line: ['summary'] }, // a warning names them
};

export const OF_RESTORED_GLOBALS: Described<ResultKinds['restored globals']> = {
  source: ['terminal'],
  roles: ['terminal', 'summary'],
  tablespaces: ['terminal', 'summary'],
  leftOut: ['terminal', 'summary'],
  durationMs: 'in JSON alone',
};

export const OF_UNDO_SWAP: Described<ResultKinds['undo-swap']> = {
  database: ['terminal'],
  from: ['terminal'],
  kept: ['terminal'],
  durationMs: ['terminal'],
};

export const OF_EXPORT: Described<ResultKinds['export']> = {
  label: ['terminal'],
  passedOver: 'in JSON alone', // a warning names them
  dumpDirectory: ['terminal'],
  largeObjects: ['terminal'],
  globals: ['terminal'],
  server: ['terminal'],
  files: ['terminal'],
  bytes: ['terminal'],
  durationMs: ['terminal'],
};
