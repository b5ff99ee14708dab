import { BackuperError, noteProblem } from '@postgres-backuper/base';
import { line, name, version } from './database-texts.ts';
import { invalid, parseJson } from './json.ts';
import { parseKey } from './keys.ts';
import { LABEL, parseLabel } from './label.ts';
import { checkOwnDigest, writeWithOwnDigest } from './own-digest.ts';
import { checkStanding, STANDING, STORED_LIST, type Standing, type StoredList } from './parent.ts';
import { count, fields, flag, listOf, nullable, oneOf, optional, type Shape, text, time, wrong } from './shape.ts';

/** The small public record that makes a backup exist. Stored last; no table name, no data, no digest of plaintext. */
export interface Commit extends Standing {
  readonly version: 1;
  readonly tool: string;
  readonly name: string;
  readonly label: string;
  readonly database: DatabaseIdentity;
  readonly serverVersion: string;
  readonly clientVersion: string;
  /** ISO 8601, UTC. The snapshot was taken just after it; of an imported backup, the time of its file. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** It was made of an old file, which is as old as `startedAt`; absent: of the database itself. */
  readonly imported?: boolean;
  /** What people say of it, one line; absent: nothing. */
  readonly note?: string;
  /** Its own expiry, ISO 8601, UTC: until then it stays, after it no retention rule keeps it. Absent: the rules decide. */
  readonly expiresAt?: string;
  readonly encryption: {
    readonly profile: 'openpgp' | 'none';
    /** Fingerprints; empty with `none` and in passphrase mode. */
    readonly recipients: readonly string[];
    readonly passphrase: boolean;
  };
  readonly totals: Totals;
  readonly warnings: number;
  readonly exclusions: number;
  /** What a reader must know that version 1 alone does not say; absent: nothing. */
  readonly critical?: readonly string[];
  /** Of the stored objects.json.zst, which covers every other object. */
  readonly objects: StoredList;
}

/** A database and its cluster. `systemIdentifier`: null where the role may not read it. */
export interface DatabaseIdentity {
  readonly systemIdentifier: string | null;
  readonly oid: string;
  readonly name: string;
  readonly host: string;
}

/** The fields of the commit that the catalog repeats: all that is known before the catalog is stored. */
export type BackupFacts = Standing &
  Pick<Commit, 'tool' | 'database' | 'serverVersion' | 'clientVersion' | 'startedAt' | 'imported' | 'encryption'> &
  SaidOfBackup;

/** What its maker said of a backup. */
export type SaidOfBackup = Pick<Commit, 'note' | 'expiresAt'>;

/** Of the whole restore point; `storedBytes` and `segments` are of the backup's own objects, without its parent's. */
export interface Totals {
  readonly rawBytes: number;
  readonly storedBytes: number;
  readonly segments: number;
  readonly tables: number;
  readonly rows: number;
}

/** Largest commit, bytes. */
export const COMMIT_MAX_BYTES = 8192;

/**
 * JSON with sorted keys, UTF-8, with a SHA-256 of itself. Errors: configuration-invalid when it would be larger than
 * 8 KiB.
 */
export function writeCommit(commit: Commit): Uint8Array {
  const bytes = writeWithOwnDigest(commit);
  if (bytes.length <= COMMIT_MAX_BYTES) return bytes;
  throw new BackuperError('configuration-invalid', `the commit would have ${bytes.length} bytes`, {
    hint: `use fewer recipients: a commit has at most ${COMMIT_MAX_BYTES} bytes`,
  });
}

/** Checks a commit against its own SHA-256. Errors: commit-invalid with the object's key. */
export function requireWholeCommit(bytes: Uint8Array, { key }: { readonly key: string }): void {
  try {
    checkOwnDigest(bytes);
  } catch (error) {
    throw invalid('commit-invalid', key, error);
  }
}

/**
 * The commit that was read from `key`. Errors, each with the object's key: commit-invalid for one that does not match
 * its own SHA-256, is of an unknown version, has a critical field that this version does not know, belongs to another
 * key (replay), started at another time than its label says, or stands on what no backup stands on.
 */
export function parseCommit(bytes: Uint8Array, { key }: { readonly key: string }): Commit {
  try {
    if (bytes.length > COMMIT_MAX_BYTES) throw wrong('', `has more than ${COMMIT_MAX_BYTES} bytes`);
    checkOwnDigest(bytes);
    const value = parseJson(bytes);
    HEAD(value, '');
    const commit = COMMIT_SHAPE(value, '');
    const { kind, name, label } = parseKey(key) ?? {};
    if (kind !== 'commit' || name !== commit.name || label !== commit.label) {
      throw wrong('', `is the commit of backup '${commit.label}' of '${commit.name}', not of this key`);
    }
    checkStart(commit);
    checkExpiry(commit);
    checkStanding(commit);
    return commit;
  } catch (error) {
    throw invalid('commit-invalid', key, error);
  }
}

/** Order and age of backups come from `startedAt`, but people read the label: both must agree. */
function checkStart({ label, startedAt }: Commit): void {
  const started = Math.floor(Date.parse(startedAt) / 1000) * 1000;
  if (parseLabel(label)?.startedAt !== started) throw wrong('startedAt', `is not the time in the label '${label}'`);
}

function checkExpiry({ startedAt, expiresAt = startedAt }: Commit): void {
  if (Date.parse(expiresAt) < Date.parse(startedAt)) throw wrong('expiresAt', 'is before its start');
}

/** The segments of the backup are numbered in ranges, with gaps between them. */
export const SEGMENT_RANGES = 'segment-ranges';

/** Several jobs read one table: its file has slices, each with a digest of its own. */
export const SLICES = 'slices';

const KNOWN_CRITICAL: readonly string[] = [SEGMENT_RANGES, SLICES];

const USE_NEWER = 'use the version that made the backup, or a newer one';

/** Read first, to distinguish a commit of a later version from a damaged one. */
const HEAD = fields<{ version: number; critical?: readonly string[] }>({
  version: (value, at) => {
    if (value !== 1) throw wrong(at, `is ${showNumber(value)}, and this program reads 1 only: ${USE_NEWER}`);
    return 1;
  },
  critical: optional((value, at) => {
    const unknown = listOf(text({ max: 100 }))(value, at).find((name) => !KNOWN_CRITICAL.includes(name));
    if (unknown !== undefined) throw wrong(unknown, `is unknown to this program: ${USE_NEWER}`);
    return undefined;
  }),
});

const noteShape: Shape<string> = (value, at) => {
  const note = text()(value, at);
  const problem = noteProblem(note);
  if (problem !== undefined) throw wrong(at, problem);
  return note;
};

const FACTS = {
  tool: line,
  ...STANDING,
  database: fields<DatabaseIdentity>({
    systemIdentifier: nullable(text({ pattern: /^\d{1,20}$/ })),
    oid: text({ pattern: /^\d{1,10}$/ }),
    name,
    host: line,
  }),
  serverVersion: version,
  clientVersion: version,
  startedAt: time,
  imported: optional(flag),
  note: optional(noteShape),
  expiresAt: optional(time),
  encryption: fields<Commit['encryption']>({
    profile: oneOf('openpgp', 'none'),
    recipients: listOf(text({ pattern: /^[0-9A-F]{40,64}$/ }), { max: 150 }),
    passphrase: flag,
  }),
};

/** As the catalog holds them. */
export const FACTS_SHAPE: Shape<BackupFacts> = fields<BackupFacts>(FACTS);

/** Every field of a commit but its digest of itself. */
export const COMMIT_SHAPE: Shape<Commit> = fields<Commit>({
  ...FACTS,
  version: oneOf(1),
  name,
  label: text({ pattern: LABEL }),
  finishedAt: time,
  totals: fields<Totals>({ rawBytes: count, storedBytes: count, segments: count, tables: count, rows: count }),
  warnings: count,
  exclusions: count,
  critical: optional(listOf(text({ max: 100 }), { max: 10 })),
  objects: STORED_LIST,
});

function showNumber(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? `'${String(value).slice(0, 20)}'` : 'missing';
}
