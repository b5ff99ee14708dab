import { formatDuration, numberOf } from '@postgres-backuper/base';
import { parseLabel, type Totals } from '@postgres-backuper/format';
import {
  type Health,
  healthOf,
  keptUntil,
  type PlannedLeftOver,
  type RetentionPlan,
  type RetentionSettings,
  type Survey,
  type SurveyedBackup,
  tookMs,
  type Verification,
} from '@postgres-backuper/repository';
import { type Anomaly, anomaliesOf } from './anomalies/anomalies.ts';
import type { Limits } from './anomalies/limits.ts';
import { type TablesOverTime, tableAnomalies } from './tables.ts';

/** `ok` and `warning`: there is a good backup that is young enough; the others are as `status` reports them. */
export type NameState = 'none' | 'damaged' | 'stale' | 'warning' | 'ok';

/** Everything that a page shows of one name in one repository. Times: milliseconds since 1970. */
export interface NameHistory {
  readonly name: string;
  readonly location: string;
  readonly state: NameState;
  /** What is wrong, one sentence each; empty: nothing. */
  readonly warnings: readonly string[];
  readonly newest: { readonly label: string; readonly ageMs: number } | undefined;
  /** Oldest first. */
  readonly backups: readonly PastBackup[];
  readonly damaged: readonly DamagedPast[];
  readonly leftOvers: readonly PlannedLeftOver[];
  /** Of the newest good backup. */
  readonly anomalies: readonly Anomaly[];
  /** Undefined: no key decrypts the catalogs. */
  readonly tables: TablesOverTime | undefined;
}

/** One backup, and what becomes of it. */
export interface PastBackup {
  readonly label: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly totals: Totals;
  readonly note: string | undefined;
  readonly expiresAt: number | undefined;
  /** Label of the full that this differential stands on; null: it is a full. */
  readonly parent: string | null;
  /** A verification or a restore found it damaged, or its date cannot be true. */
  readonly bad: boolean;
  readonly pinned: boolean;
  readonly verification: Verification;
  readonly verifications: readonly Verification[];
  readonly retention: {
    readonly action: 'keep' | 'delete';
    readonly reasons: readonly string[];
    /** Undefined: it goes at the next prune, or later backups decide. */
    readonly until: number | undefined;
  };
}

export interface DamagedPast {
  readonly label: string;
  /** By its label; undefined: that has no valid date. */
  readonly startedAt: number | undefined;
  readonly problem: string;
}

export interface NameRequest {
  readonly name: string;
  readonly location: string;
  readonly now: number;
  /** A newest good backup that is older is stale, milliseconds. */
  readonly maxAgeMs: number;
  readonly retention: RetentionSettings;
  readonly limits: Limits;
}

/** What was found of a name, and what prune plans. */
export interface NameFacts {
  readonly found: Survey;
  readonly leftOvers: readonly PlannedLeftOver[];
  readonly plan: RetentionPlan;
  readonly tables?: TablesOverTime | undefined;
}

/** Pure: the figures of one name over time. */
export function nameHistory(request: NameRequest, { found, leftOvers, plan, tables }: NameFacts): NameHistory {
  const { name, location, now, maxAgeMs } = request;
  const health = healthOf(found, { now, maxAgeMs });
  const decisions = new Map(plan.decisions.map((decision) => [decision.label, decision]));
  const backups = found.backups.map((backup) => pastBackup(backup, decisions.get(backup.label), request));
  const { limits } = request;
  const ofTables = tables === undefined ? [] : tableAnomalies(tables, limits);
  const anomalies = [...anomaliesOf(found.backups, { now, limits }), ...ofTables];
  const warnings = [
    ...ageWarning(health, maxAgeMs),
    ...health.passedOver.map(({ label, why }) => `'${label}' does not count: ${why}`),
    ...countedFlaws(found, health.passedOver.length),
    ...anomalies.map(({ text }) => text),
    ...plan.refusals.map(({ text }) => text),
  ];
  return {
    ...{ name, location, warnings, backups, leftOvers, anomalies, tables },
    state: health.state === 'ok' && warnings.length > 0 ? 'warning' : health.state,
    newest: health.usable && { label: health.usable.label, ageMs: health.ageMs },
    damaged: found.damaged.map(({ label, error }) => ({
      ...{ label, problem: error.message },
      startedAt: parseLabel(label)?.startedAt,
    })),
  };
}

function pastBackup(
  { label, startedAt, commit, parent, bad, pinned, expiresAt, verification, verifications }: SurveyedBackup,
  decision: RetentionPlan['decisions'][number] | undefined,
  { retention }: NameRequest,
): PastBackup {
  const { action, reasons } = decision ?? { action: 'keep', reasons: [] };
  return {
    ...{ label, startedAt, parent, bad, pinned, verification, verifications, totals: commit.totals },
    ...{ durationMs: tookMs(commit), note: commit.note, expiresAt },
    retention: {
      ...{ action, reasons },
      until:
        action === 'keep' && reasons.length > 0 ? keptUntil({ startedAt, expiresAt, reasons }, retention) : undefined,
    },
  };
}

function ageWarning({ state, ageMs }: Health, maxAgeMs: number): readonly string[] {
  if (state === 'none') return ['there is no good backup'];
  if (state !== 'stale') return [];
  return [`the newest good backup is ${formatDuration(ageMs)} old, more than ${formatDuration(maxAgeMs)}`];
}

/** Older flaws, which `passedOver` does not name. */
function countedFlaws({ backups, damaged }: Survey, named: number): readonly string[] {
  const count = damaged.length + backups.filter(({ bad }) => bad).length - named;
  return count > 0 ? [`${numberOf(count, 'older backup')} cannot be read or failed a verification`] : [];
}
