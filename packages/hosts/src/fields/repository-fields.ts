import type { ResultKinds } from '../results.ts';
import type { Described } from './described.ts';

export const OF_PRUNE: Described<ResultKinds['prune']> = {
  repositories: {
    location: ['terminal', 'summary', 'metrics'],
    name: ['terminal', 'summary', 'teamcity', 'metrics'],
    dryRun: ['terminal', 'summary', 'teamcity'],
    backups: {
      label: ['terminal', 'summary'],
      action: ['terminal', 'summary'],
      reasons: ['terminal', 'summary'],
      startedAt: 'in JSON alone',
      storedBytes: ['terminal', 'summary'],
      parent: 'in JSON alone',
    },
    damaged: { label: ['terminal', 'summary'], problem: ['terminal', 'summary'] },
    leftOvers: {
      label: ['terminal'],
      objects: 'in JSON alone',
      storedBytes: ['terminal', 'summary', 'teamcity'],
      action: ['terminal', 'summary', 'teamcity'],
      reason: ['terminal'],
    },
    deleted: ['terminal', 'summary', 'teamcity', 'metrics', 'airflow'],
    freedBytes: ['terminal', 'summary', 'teamcity', 'metrics', 'airflow'],
    refusals: { brake: 'in JSON alone', text: ['terminal', 'summary'], hint: ['terminal', 'summary'] },
  },
  problems: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
};

export const OF_STATUS: Described<ResultKinds['status']> = {
  repositories: {
    location: ['terminal', 'summary', 'junit', 'outputs'],
    name: ['terminal', 'summary', 'junit', 'teamcity', 'metrics', 'outputs', 'airflow'],
    state: ['summary', 'junit', 'metrics'],
    maxAgeMs: ['summary', 'junit'],
    newest: {
      label: ['terminal', 'summary', 'junit', 'teamcity', 'outputs', 'airflow'],
      startedAt: ['terminal'],
      note: ['terminal', 'summary'],
      expiresAt: ['terminal', 'summary'],
      fullStoredBytes: ['terminal'],
      ageMs: ['terminal', 'summary', 'junit', 'teamcity', 'airflow'],
      rawBytes: ['terminal', 'summary'],
      storedBytes: ['terminal', 'summary'],
      parent: ['terminal', 'summary'],
      verification: ['terminal', 'summary'],
      verdict: ['terminal', 'summary'],
    },
    held: {
      backups: ['terminal', 'summary', 'teamcity'],
      storedBytes: ['terminal', 'summary', 'teamcity'],
      oldest: { label: 'in JSON alone', startedAt: 'in JSON alone', ageMs: ['terminal', 'summary'] },
    },
    growth: { since: ['terminal', 'summary'], rawBytes: ['terminal', 'summary'] },
    leftOvers: { runs: ['terminal', 'summary'], storedBytes: ['terminal', 'summary'] },
    freeBytes: ['terminal', 'summary', 'teamcity'],
    forecast: {
      fullAt: 'in JSON alone',
      daysUntilFull: ['terminal', 'summary'],
      horizonDays: ['terminal', 'summary'],
    },
    needsFull: ['terminal', 'summary'],
    damaged: ['terminal', 'summary'],
    failed: ['terminal', 'summary'],
    passedOver: { label: 'in JSON alone', flaw: 'in JSON alone', why: ['junit'] },
  },
  problems: ['terminal', 'summary', 'problems', 'teamcity'],
};

export const OF_REPORT: Described<ResultKinds['report']> = {
  output: ['terminal'],
  sizeBytes: ['terminal'],
  names: {
    name: ['terminal'],
    location: ['terminal'],
    state: ['terminal'],
    warnings: ['terminal'],
    label: 'in JSON alone',
    ageMs: ['terminal'],
    backups: 'in JSON alone',
    storedBytes: 'in JSON alone',
    rawBytes: 'in JSON alone',
    rawBytesWeekBefore: 'in JSON alone',
  },
  problems: ['terminal', 'summary', 'problems', 'junit', 'teamcity'],
};
