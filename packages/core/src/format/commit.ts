import { BackuperError } from '../errors.ts';
import { canonicalJson, invalid, parseJson } from './json.ts';
import { parseKey } from './keys.ts';
import {
  count,
  fields,
  flag,
  listOf,
  nullable,
  oneOf,
  optional,
  SHA256,
  type Shape,
  text,
  time,
  wrong,
} from './shape.ts';

/** The small public record that makes a backup exist. Stored last; no table name, no data, no digest of plaintext. */
export interface Commit {
  readonly version: 1;
  readonly tool: string;
  readonly name: string;
  readonly label: string;
  readonly type: 'full';
  readonly parent: null;
  readonly database: DatabaseIdentity;
  readonly serverVersion: string;
  readonly clientVersion: string;
  /** ISO 8601, UTC. The snapshot was taken just after it. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly encryption: {
    readonly profile: 'openpgp' | 'none';
    /** Fingerprints; empty with `none` and in passphrase mode. */
    readonly recipients: readonly string[];
    readonly passphrase: boolean;
  };
  readonly totals: Totals;
  readonly warnings: number;
  readonly exclusions: number;
  /** Of the stored objects.json.zst, which covers every other object. */
  readonly objects: { readonly sizeBytes: number; readonly sha256: string };
}

/** Which database on which cluster. `systemIdentifier` is null where the role may not read it. */
export interface DatabaseIdentity {
  readonly systemIdentifier: string | null;
  readonly oid: string;
  readonly name: string;
  readonly host: string;
}

export interface Totals {
  readonly rawBytes: number;
  readonly storedBytes: number;
  readonly segments: number;
  readonly tables: number;
  readonly rows: number;
}

/** A commit is never larger, bytes. */
export const COMMIT_MAX_BYTES = 8192;

/** JSON with sorted keys, UTF-8. Errors: configuration-invalid when it would be larger than 8 KiB. */
export function writeCommit(commit: Commit): Uint8Array {
  const bytes = Buffer.from(`${canonicalJson(commit, 2)}\n`, 'utf8');
  if (bytes.length <= COMMIT_MAX_BYTES) return bytes;
  throw new BackuperError('configuration-invalid', `the commit would have ${bytes.length} bytes`, {
    hint: `use fewer recipients: a commit has at most ${COMMIT_MAX_BYTES} bytes`,
  });
}

/**
 * The commit that was read from `key`. Errors, each with the object's key: commit-invalid for what is damaged, of an
 * unknown version, says that a field is critical which this version does not know, or belongs to another key (replay).
 */
export function parseCommit(bytes: Uint8Array, { key }: { readonly key: string }): Commit {
  try {
    if (bytes.length > COMMIT_MAX_BYTES) throw wrong('', `has more than ${COMMIT_MAX_BYTES} bytes`);
    const value = parseJson(bytes);
    HEAD(value, '');
    const commit = COMMIT(value, '');
    const { kind, name, label } = parseKey(key) ?? {};
    if (kind !== 'commit' || name !== commit.name || label !== commit.label) {
      throw wrong('', `is the commit of backup '${commit.label}' of '${commit.name}', not of this key`);
    }
    return commit;
  } catch (error) {
    throw invalid('commit-invalid', key, error);
  }
}

const KNOWN_CRITICAL: readonly string[] = [];

/** Read first, so that a commit of a later version is told apart from a damaged one. */
const HEAD = fields<{ version: number; critical?: readonly string[] }>({
  version: (value, at) => {
    if (value !== 1) throw wrong(at, `is ${showNumber(value)}: this program reads version 1 only`);
    return 1;
  },
  critical: optional((value, at) => {
    const unknown = listOf(text({ max: 100 }))(value, at).find((name) => !KNOWN_CRITICAL.includes(name));
    if (unknown !== undefined) throw wrong(unknown, 'is unknown to this program and must not be ignored');
    return undefined;
  }),
});

const COMMIT: Shape<Commit> = fields<Commit>({
  version: oneOf(1),
  tool: text(),
  name: text(),
  label: text({ max: 100 }),
  type: oneOf('full'),
  parent: oneOf(null),
  database: fields<DatabaseIdentity>({
    systemIdentifier: nullable(text({ pattern: /^\d{1,20}$/ })),
    oid: text({ pattern: /^\d{1,10}$/ }),
    name: text(),
    host: text(),
  }),
  serverVersion: text(),
  clientVersion: text(),
  startedAt: time,
  finishedAt: time,
  encryption: fields<Commit['encryption']>({
    profile: oneOf('openpgp', 'none'),
    recipients: listOf(text({ pattern: /^[0-9A-F]{40,64}$/ }), { max: 150 }),
    passphrase: flag,
  }),
  totals: fields<Totals>({ rawBytes: count, storedBytes: count, segments: count, tables: count, rows: count }),
  warnings: count,
  exclusions: count,
  objects: fields<Commit['objects']>({ sizeBytes: count, sha256: SHA256 }),
});

function showNumber(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? `'${String(value).slice(0, 20)}'` : 'missing';
}
