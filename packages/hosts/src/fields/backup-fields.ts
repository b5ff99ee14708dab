import type { ResultKinds } from '../results.ts';
import type { Described } from './described.ts';

export const OF_BACKUP: Described<ResultKinds['backup']> = {
  backups: {
    label: ['terminal', 'summary', 'teamcity', 'outputs', 'airflow'],
    name: ['summary', 'metrics', 'outputs'],
    database: ['terminal', 'summary', 'junit', 'teamcity', 'metrics', 'airflow'],
    server: ['terminal', 'airflow'],
    serverVersion: ['summary'],
    imported: ['terminal', 'summary'],
    durationMs: ['terminal', 'summary', 'teamcity', 'metrics', 'outputs'],
    startedAt: 'in JSON alone',
    finishedAt: 'in JSON alone',
    totals: {
      tables: ['terminal', 'summary', 'teamcity', 'metrics', 'airflow'],
      rows: ['terminal', 'summary', 'teamcity', 'metrics'],
      rawBytes: ['terminal', 'summary', 'teamcity', 'metrics', 'airflow'],
      storedBytes: ['terminal', 'summary', 'teamcity', 'metrics', 'outputs', 'airflow'],
      segments: 'in JSON alone',
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
    largestTables: { schema: ['summary'], table: ['summary'], rows: ['summary'], bytes: ['summary'] },
    destinations: {
      location: ['terminal', 'summary', 'problems', 'junit', 'teamcity', 'outputs'],
      committed: ['terminal', 'summary', 'problems', 'junit', 'teamcity', 'outputs'],
      problem: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
      deleted: ['terminal', 'summary'],
      kept: ['summary'],
      decisions: { label: ['summary'], action: ['summary'], reasons: ['summary'] },
      rotationProblem: ['terminal', 'summary'],
    },
  },
  skipped: ['summary', 'outputs'],
  failures: {
    database: ['summary', 'teamcity'],
    error: { code: ['teamcity'], message: ['summary', 'teamcity'], hint: ['teamcity'] },
  },
  problems: ['terminal', 'problems', 'junit', 'teamcity'],
};
