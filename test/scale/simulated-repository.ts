import { createHash } from 'node:crypto';
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

export interface Simulation {
  readonly names: number;
  readonly backups: number;
  /** Milliseconds since 1970; the newest backups are an hour older. */
  readonly now: number;
}

export interface SimulatedObject {
  readonly key: string;
  readonly body: Buffer;
}

/**
 * A repository as we write it, without data: of each backup the commit, one tiny object in the folder of its data, and
 * the records that such a backup gets. The backups of a name are six hours apart. The same for the same `now`.
 */
export function* simulate({ names, backups, now }: Simulation): Generator<SimulatedObject> {
  for (let index = 0; index < backups; index += 1) {
    const name = `database-${String(index % names).padStart(3, '0')}`;
    const age = Math.floor(index / names);
    const commit = commitAt({ name, index, startedAt: now - HOUR_MS - age * 6 * HOUR_MS });
    yield { key: dataKey(commit, OBJECTS_NAME), body: Buffer.from('simulated\n') };
    yield { key: commitKey(commit), body: Buffer.from(writeCommit(commit)) };
    for (const kind of recordsOf(age)) yield recordOf(commit, kind);
  }
}

/** A nightly verification reads the newest one, and some are pinned. */
function recordsOf(age: number): readonly RecordKind[] {
  return [
    ...(age % 4 === 0 ? (['verify-content-ok'] as const) : []),
    ...(age % 28 === 0 ? (['verify-restore-exact'] as const) : []),
    ...(age % 50 === 49 ? (['pin'] as const) : []),
  ];
}

function recordOf(commit: Commit, kind: RecordKind): SimulatedObject {
  const at = Date.parse(commit.finishedAt) + 60_000;
  const { label, name } = commit;
  const body = { at: new Date(at).toISOString(), details: {}, kind, label, name, tool: 'test', version: 1 };
  return { key: createRecordKey(commit, { kind, now: at }), body: Buffer.from(JSON.stringify(body)) };
}

function commitAt({ name, index, startedAt }: { name: string; index: number; startedAt: number }): Commit {
  const digest = createHash('sha256').update(`${name} ${index}`).digest('hex');
  const started = new Date(startedAt).toISOString();
  const digits = started.replace(/\D/g, '');
  const label = `backup_${digits.slice(0, 8)}_${digits.slice(8, 14)}_${digest.slice(0, 6)}`;
  return {
    ...{ version: 1, tool: 'postgres-backuper 0.1.0', name, label, type: 'full', parent: null },
    database: { systemIdentifier: '7300000000000000000', oid: '16384', name, host: 'db.example' },
    ...{ serverVersion: '18.6', clientVersion: '18.6', startedAt: started },
    finishedAt: new Date(startedAt + 5 * 60_000).toISOString(),
    encryption: { profile: 'openpgp', recipients: [digest.slice(0, 40).toUpperCase()], passphrase: false },
    totals: { rawBytes: 1e9, storedBytes: 2.5e8, segments: 1, tables: 40, rows: 1e6 },
    ...{ warnings: 0, exclusions: 0, objects: { sizeBytes: 1000, sha256: digest } },
  };
}
