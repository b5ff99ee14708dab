import type { ResultKinds } from '../results.ts';
import type { Described } from './described.ts';

const TABLE_SAVING = {
  schema: ['terminal', 'summary'],
  table: ['terminal', 'summary'],
  bytes: ['terminal', 'summary'],
  newBytes: ['terminal', 'summary'],
} as const;

export const OF_BACKUP: Described<ResultKinds['backup']> = {
  backups: {
    label: ['terminal', 'summary', 'teamcity', 'outputs', 'airflow'],
    name: ['summary', 'metrics', 'outputs'],
    database: ['terminal', 'summary', 'junit', 'teamcity', 'airflow'],
    server: ['terminal', 'airflow'],
    serverVersion: ['summary'],
    imported: ['terminal', 'summary'],
    type: 'in JSON alone',
    parent: ['terminal', 'summary'],
    whyFull: ['terminal', 'summary', 'airflow'],
    note: ['terminal', 'summary'],
    expiresAt: ['terminal', 'summary'],
    durationMs: ['terminal', 'summary', 'teamcity', 'outputs'],
    replayPausedMs: ['terminal', 'summary'],
    startedAt: 'in JSON alone',
    finishedAt: 'in JSON alone',
    totals: {
      tables: ['terminal', 'summary', 'teamcity', 'airflow'],
      rows: ['terminal', 'summary', 'teamcity'],
      rawBytes: ['terminal', 'summary', 'teamcity', 'airflow'],
      storedBytes: ['terminal', 'summary', 'teamcity', 'outputs', 'airflow'],
      segments: 'in JSON alone',
    },
    compression: {
      asked: ['terminal', 'summary'],
      levels: { level: ['terminal', 'summary'], segments: ['terminal', 'summary'] },
    },
    saving: {
      fullStoredBytes: ['terminal', 'summary', 'teamcity', 'airflow'],
      newBytes: ['summary'],
      changedTables: TABLE_SAVING,
      sparedTables: TABLE_SAVING,
    },
    encryption: {
      profile: ['terminal', 'summary'],
      recipients: ['terminal', 'summary'],
      passphrase: ['terminal', 'summary'],
    },
    verification: ['summary'],
    warnings: ['terminal', 'summary'],
    exclusions: ['terminal', 'summary'],
    missingData: 'in JSON alone', // the error of the command names them
    anomalies: { kind: 'in JSON alone', text: ['terminal', 'summary'] },
    afterProblem: ['terminal', 'summary'],
    parts: {
      part: ['terminal', 'summary', 'airflow'],
      machine: ['terminal', 'summary', 'airflow'],
      isHolder: ['terminal', 'summary', 'airflow'],
      tables: ['terminal', 'summary', 'airflow'],
      largeObjects: ['terminal', 'summary', 'airflow'],
      rawBytes: ['terminal', 'summary', 'airflow'],
      storedBytes: ['summary'],
      durationMs: ['terminal', 'summary'],
    },
    largestTables: { schema: ['summary'], table: ['summary'], rows: ['summary'], bytes: ['summary'] },
    destinations: {
      location: ['terminal', 'summary', 'problems', 'junit', 'teamcity', 'metrics', 'outputs'],
      committed: ['terminal', 'summary', 'problems', 'junit', 'teamcity', 'metrics', 'outputs'],
      problem: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
      deleted: ['terminal', 'summary', 'metrics'],
      freedBytes: ['metrics'],
      kept: ['summary'],
      decisions: { label: ['summary'], action: ['summary'], reasons: ['summary'] },
      rotationProblem: ['terminal', 'summary'],
    },
  },
  skipped: ['summary', 'metrics', 'outputs'],
  failures: {
    database: ['summary', 'teamcity', 'metrics'],
    error: { code: ['teamcity'], message: ['summary', 'teamcity'], hint: ['teamcity'] },
  },
  part: {
    label: ['terminal', 'summary', 'airflow'],
    name: 'in JSON alone',
    count: ['terminal', 'summary'],
    parts: {
      part: ['terminal', 'summary', 'airflow'],
      tables: ['terminal', 'summary', 'airflow'],
      largeObjects: ['terminal', 'summary', 'airflow'],
      rows: ['terminal', 'summary'],
      rawBytes: ['terminal', 'summary', 'airflow'],
      storedBytes: ['terminal', 'summary'],
      durationMs: ['terminal', 'summary'],
    },
    leftOut: { part: ['terminal', 'summary', 'airflow'], why: ['terminal', 'summary', 'airflow'] },
  },
  problems: ['terminal', 'problems', 'junit', 'teamcity'],
};
