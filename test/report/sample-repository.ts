import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type Commit,
  commitKey,
  createRecordKey,
  dataKey,
  OBJECTS_NAME,
  type RecordKind,
  writeCommit,
} from '@postgres-backuper/format';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** A name with a backup each night. Days: how many ago. */
interface Sample {
  readonly name: string;
  readonly days: number;
  readonly gib: number;
  /** Part of the first size that each day adds. */
  readonly growth: number;
  readonly lastDay?: number;
  /** Part of the usual size that the newest has. */
  readonly newest?: number;
  readonly skipped?: readonly number[];
  readonly damaged?: readonly number[];
}

export const HOSTILE_NAME = '<b>*[x](y)</b>"onload=alert(1)';

const SAMPLES: readonly Sample[] = [
  { name: 'shop', days: 96, gib: 42, growth: 0.004 },
  { name: 'crm', days: 60, gib: 6.5, growth: 0.002, newest: 0.31 },
  { name: 'analytics', days: 130, gib: 180, growth: 0.006, skipped: [50, 51, 52], damaged: [20, 77] },
  { name: 'billing', days: 70, gib: 3, growth: 0.001, lastDay: 4 },
  { name: 'auth', days: 25, gib: 0.4, growth: 0.003 },
];
const HOSTILE: Sample = { name: HOSTILE_NAME, days: 9, gib: 0.01, growth: 0.01, damaged: [0] };

/** Commits and records as we write them, without data, in a directory: good names, bad ones, and with `hostile` one that attacks. */
export async function writeSampleRepository(
  folder: string,
  { now, hostile }: { readonly now: number; readonly hostile: boolean },
): Promise<void> {
  for (const sample of hostile ? [...SAMPLES, HOSTILE] : SAMPLES) {
    const { days, lastDay = 0, skipped = [] } = sample;
    for (let day = days; day >= lastDay; day -= 1) {
      if (!skipped.includes(day)) await writeBackup(folder, commitOf(sample, { day, now }), { ...sample, day });
    }
  }
}

async function writeBackup(
  folder: string,
  commit: Commit,
  { day, damaged = [] }: Sample & { readonly day: number },
): Promise<void> {
  const started = Date.parse(commit.startedAt);
  await put(folder, dataKey(commit, OBJECTS_NAME), 'sample\n');
  await put(folder, commitKey(commit), writeCommit(commit));
  const record = (kind: RecordKind, at: number) => put(folder, createRecordKey(commit, { kind, now: at }), '{}\n');
  if (day % 7 === 0) await record('verify-restore-exact', started + 2 * HOUR_MS);
  else if (day % 2 === 1) await record('verify-content-ok', started + HOUR_MS);
  if (damaged.includes(day)) await record('verify-content-failed', started + 2.5 * HOUR_MS);
  if (day === 40) await record('pin', started + 3 * HOUR_MS);
}

async function put(folder: string, key: string, body: string | Uint8Array): Promise<void> {
  const path = join(folder, key);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, body, { mode: 0o600 });
}

function commitOf(sample: Sample, { day, now }: { readonly day: number; readonly now: number }): Commit {
  const { name, days, gib, growth, lastDay = 0, newest = 1 } = sample;
  const digest = createHash('sha256').update(`${name} ${day}`).digest();
  const [a = 0, b = 0, c = 0] = digest;
  const factor = (1 + growth * (days - day)) * (1 + a / 8000) * (day === lastDay ? newest : 1);
  const rawBytes = Math.round(gib * 2 ** 30 * factor);
  const startedAt = Math.floor((now - day * DAY_MS - 3 * HOUR_MS) / 1000) * 1000;
  const started = new Date(startedAt).toISOString();
  const digits = started.replace(/\D/g, '');
  const hex = digest.toString('hex');
  return {
    ...{ version: 1, tool: 'postgres-backuper 0.1.0', name, type: 'full', parent: null, serverVersion: '18.6' },
    ...{ clientVersion: '18.6', startedAt: started, warnings: 0, exclusions: 0 },
    label: `backup_${digits.slice(0, 8)}_${digits.slice(8, 14)}_${hex.slice(0, 6)}`,
    database: { systemIdentifier: '7300000000000000000', oid: '16384', name, host: 'db.example' },
    finishedAt: new Date(startedAt + Math.round(gib * 40_000 * factor * (1 + b / 1300))).toISOString(),
    encryption: { profile: 'openpgp', recipients: [hex.slice(0, 40).toUpperCase()], passphrase: false },
    totals: {
      ...{ rawBytes, storedBytes: Math.round(rawBytes / (4 + c / 900)), segments: 1, tables: 40 },
      rows: Math.round(3e6 * factor),
    },
    objects: { sizeBytes: 1000, sha256: hex },
  };
}
