import { BackuperError, type Context, pagesOf, say } from '@postgres-backuper/base';
import {
  type BackupId,
  canonicalJson,
  createRecordKey,
  parseRecordKey,
  parseVerificationEnd,
  type RecordEntry,
  type RecordKind,
  recordPrefix,
  recordRootPrefix,
  type VerificationEnd,
} from '@postgres-backuper/format';
import type { Signer } from '../cipher.ts';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { atMost, RECORDS_MAX } from './at-most.ts';

/** A record that was found, and when it was stored by the storage's clock: milliseconds since 1970. */
export interface StoredRecord extends RecordEntry {
  readonly storedAt: number;
}

/** How the newest verification of a backup ended. */
export type Verification = VerificationEnd & {
  readonly ok: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
};

/**
 * Puts a record beside a backup, signed if there is a signing key; `details` are for people, no program reads them.
 * Returns its key. Errors: those of the storage and of the signer.
 */
export async function writeRecord(
  { name, label, kind, details = {} }: BackupId & { readonly kind: RecordKind; readonly details?: object },
  { storage, signer }: Pick<Repository, 'storage' | 'signer'>,
  { clock, tool, by, signal }: Writing,
): Promise<string> {
  const now = clock.now();
  const body = { at: new Date(now).toISOString(), by, details, kind, label, name, tool, version: 1 };
  const key = createRecordKey({ name, label }, { kind, now });
  await storage.put(key, await signedDocument(body, signer), { signal });
  return key;
}

type Writing = Pick<Context, 'clock' | 'tool' | 'by'> & CallOptions;

/** The bytes to store, signed if there is a signing key. Errors: those of the signer. */
export async function signedDocument(body: object, signer: Signer | undefined): Promise<Uint8Array> {
  const signature = await signer?.sign(signedBytes(body));
  const text = canonicalJson(signature === undefined ? body : { ...body, signature }, 2);
  return Buffer.from(`${text}\n`, 'utf8');
}

/**
 * The same, dated later than every record of the backup even if our clock is behind: of two contradictory records the
 * later one counts. Returns its key. Errors: as writeRecord.
 */
export async function writeLastRecord(
  record: Parameters<typeof writeRecord>[0],
  repository: Pick<Repository, 'storage' | 'signer'>,
  context: Writing,
): Promise<string> {
  const { name, label } = record;
  const { clock, signal } = context;
  const found = await readRecords({ name, label, signal }, repository);
  const ours = clock.now();
  // a record dated later than both clocks counts from when it was stored: else each new record would be later still
  const before = (found.get(label) ?? []).map(({ at, storedAt }) =>
    Math.min(at, Math.max(ours, storedAt + COARSEST_STORED_AT_MS)),
  );
  const now = before.reduce((last, at) => Math.max(last, at + 1), ours);
  return writeRecord(record, repository, { ...context, clock: { ...clock, now: () => now } });
}

/** The resolution of times in listings of S3, milliseconds. */
const COARSEST_STORED_AT_MS = 1000;

/**
 * Requires a signing key if there is a trusted signer: an unsigned record would not count.
 * Errors: key-missing.
 */
export function requireProof(what: string, { signer, trusted }: Pick<Repository, 'signer' | 'trusted'>): void {
  if (trusted === undefined || signer !== undefined) return;
  throw new BackuperError('key-missing', `${what} counts only when it is signed, and there is no signing key`, {
    hint: `set ${say.option('signingKey')}, the private key of ${say.given('signerKey')}`,
  });
}

/** The signed part of a record: everything else in it, as canonical JSON. */
export function signedBytes(body: object): Uint8Array {
  return Buffer.from(canonicalJson(body), 'utf8');
}

/** All records of a name, or of one backup, by label, oldest first, from one listing: no record is read. Errors: storage-unsafe for too many; those of the storage. */
export async function readRecords(
  { name, label, signal }: { readonly name: string; readonly label?: string } & CallOptions,
  { storage }: Pick<Repository, 'storage'>,
): Promise<ReadonlyMap<string, readonly StoredRecord[]>> {
  const byLabel = new Map<string, StoredRecord[]>();
  const prefix = label === undefined ? recordRootPrefix(name) : recordPrefix({ name, label });
  const listed = storage.list(prefix, { signal });
  for await (const page of pagesOf(atMost(listed, { max: RECORDS_MAX, what: 'records', where: prefix }))) {
    for (const object of page) {
      const record = parseRecordKey(object.key);
      if (record === undefined || record.name !== name) continue;
      const records = byLabel.get(record.label) ?? [];
      byLabel.set(record.label, records);
      records.push({ ...record, storedAt: object.storedAt });
    }
  }
  for (const records of byLabel.values()) records.sort((a, b) => a.storedAt - b.storedAt || a.at - b.at);
  return byLabel;
}

/** Whether the newest of the pins and unpins is a pin. */
export function isPinned(records: readonly StoredRecord[]): boolean {
  return records.findLast(({ kind }) => kind === 'pin' || kind === 'unpin')?.kind === 'pin';
}

/** The newest verification of any level. */
export function lastVerification(records: readonly StoredRecord[]): Verification | undefined {
  return verificationsOf(records).at(-1);
}

/** The verifications that are among the records, in their order. */
export function verificationsOf(records: readonly StoredRecord[]): readonly Verification[] {
  return records.flatMap(({ kind, at }) => {
    const end = parseVerificationEnd(kind);
    return end === undefined ? [] : [{ ...end, ok: end.verdict !== 'failed', at }];
  });
}

/**
 * Whether a verification failed and none of the same level or a deeper one succeeded later: finding all objects again
 * does not disprove a wrong hash.
 */
export function isKnownBad(records: readonly StoredRecord[]): boolean {
  const levels = ['stored', 'content', 'restore'];
  let failedAt = -1;
  for (const { kind } of records) {
    const end = parseVerificationEnd(kind);
    if (end === undefined) continue;
    const level = levels.indexOf(end.level);
    if (end.verdict === 'failed') failedAt = Math.max(failedAt, level);
    else if (level >= failedAt) failedAt = -1;
  }
  return failedAt >= 0;
}
