import type { NameHistory, PastBackup } from './name-history.ts';
import type { Report } from './report.ts';

const DAY_MS = 86_400_000;
export const NOW = Date.parse('2026-03-15T12:00:00Z');

/** A backup that is `age` quarters of a day old. */
export function sampleBackup(age: number, changes: Partial<PastBackup> = {}): PastBackup {
  const startedAt = NOW - 3_600_000 - (age * DAY_MS) / 4;
  const digits = new Date(startedAt).toISOString().replace(/\D/g, '');
  const verification = { level: 'content', verdict: 'ok', ok: true, at: startedAt + 3_600_000 } as const;
  return {
    label: `backup_${digits.slice(0, 8)}_${digits.slice(8, 14)}_${String(age % 1000).padStart(6, 'a')}`,
    ...{ startedAt, durationMs: 300_000 + ((age * 7919) % 60_000), bad: false, pinned: false, parent: null },
    ...{ note: undefined, expiresAt: undefined },
    totals: {
      ...{ tables: 40, segments: 1, rows: 1_000_000 - age * 100 },
      ...{ rawBytes: 5e10 - age * 1e8 - ((age * 7919) % 1e7), storedBytes: 1.2e10 - age * 2e7 },
    },
    ...{ verification, verifications: age % 4 === 0 ? [verification] : [] },
    retention: { action: 'keep', reasons: ['younger than 30 days'], until: startedAt + 30 * DAY_MS },
    ...changes,
  };
}

export function sampleName(name: string, changes: Partial<NameHistory> = {}): NameHistory {
  const backups = changes.backups ?? Array.from({ length: 100 }, (_, index) => sampleBackup(99 - index));
  const label = backups.at(-1)?.label;
  return {
    ...{
      name,
      location: '/backups',
      state: 'ok',
      warnings: [],
      backups,
      damaged: [],
      leftOvers: [],
      anomalies: [],
      tables: undefined,
    },
    newest: label === undefined ? undefined : { label, ageMs: 3_600_000 },
    ...changes,
  };
}

export function sampleReport(names: readonly NameHistory[]): Report {
  return {
    ...{ generatedAt: NOW, timeZone: 'UTC', tool: 'postgres-backuper 0.1.0', problems: [] },
    repositories: [{ location: '/backups', names, forecast: undefined }],
    restoreCommand: ({ name, newest }) => `postgres-backuper restore ${newest?.label} --name '${name}'`,
  };
}
