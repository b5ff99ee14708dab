import { isBackuperError } from '@postgres-backuper/base';
import { fields, parseJson, parseVerificationEnd, ShapeError, text, time } from '@postgres-backuper/format';
import type { Signer } from '../cipher.ts';
import { saysDamaged } from '../read/damage.ts';
import type { Repository } from '../repository.ts';
import type { CallOptions } from '../storage/storage.ts';
import { type StoredRecord, signedBytes } from './records.ts';

/** The maximum size of a record, bytes: ours have less than 2 KiB and a signature. */
export const RECORD_MAX_BYTES = 65_536;

/** The records that let prune delete more backups, or make it value a backup less. */
const NEEDS_PROOF = /^(unpin|accept-new-server|verify-(stored|content|restore)-failed)$/;

/** The records of one backup that count, and whether its newest pin is proven. */
export interface JudgedRecords {
  /** Oldest first. */
  readonly records: readonly StoredRecord[];
  readonly pinProven: boolean;
}

/**
 * With a trusted signer, records that need its signature and have none do not count. Anyone who may write to the
 * storage can write a record or copy an old signed one, so signed records are ordered by their signed times.
 * Without a trusted signer nothing is proven, and all records count. Errors: those of the storage.
 */
export async function judgeRecords(
  records: readonly StoredRecord[],
  repository: Repository,
  options: CallOptions,
): Promise<JudgedRecords> {
  const { trusted } = repository;
  if (trusted === undefined) return { records, pinProven: true };
  const isProven = (record: StoredRecord) => isSigned(record, { ...repository, trusted }, options);
  const inOrder = [...records].map(believable).sort((a, b) => a.at - b.at);
  const counted: StoredRecord[] = [];
  let failed = false;
  for (const record of inOrder) {
    const needsProof = NEEDS_PROOF.test(record.kind) || (failed && parseVerificationEnd(record.kind) !== undefined);
    if (needsProof && !(await isProven(record))) continue;
    failed ||= record.kind.endsWith('-failed');
    counted.push(record);
  }
  const pin = counted.findLast(({ kind }) => kind === 'pin');
  return { records: counted, pinProven: pin === undefined || (await isProven(pin)) };
}

/** A record cannot be made later than it was stored. */
function believable(record: StoredRecord): StoredRecord {
  return { ...record, at: Math.min(record.at, record.storedAt) };
}

/** Whether the trusted key signed the record that is stored at this key. Errors: those of the storage. */
export async function isSigned(
  { key, kind, label, name }: StoredRecord,
  { storage, trusted }: Pick<Repository, 'storage'> & { readonly trusted: Signer },
  options: CallOptions,
): Promise<boolean> {
  try {
    const body = parseJson(await storage.get(key, { maxBytes: RECORD_MAX_BYTES, ...options })) as object;
    const { signature, ...said } = RECORD(body, '');
    const { signature: _, ...signed } = body as Record<string, unknown>;
    await trusted.check(signedBytes(signed), signature);
    return said.kind === kind && said.label === label && said.name === name && key.includes(keyTime(said.at));
  } catch (error) {
    if (isUnproven(error)) return false;
    throw error;
  }
}

const RECORD = fields<{ at: string; kind: string; label: string; name: string; signature: string }>({
  ...{ at: time, kind: text(), label: text(), name: text({ max: 4096 }) },
  signature: text({ max: RECORD_MAX_BYTES }),
});

/** As createRecordKey writes it. */
function keyTime(at: string): string {
  return `/${at.replace(/[-:.]/g, '')}-`;
}

/** Whether the trusted key signed a record or an entry of the log, as it was read. Errors: those of the signer. */
export async function bearsSignature(body: object, trusted: Signer): Promise<boolean> {
  const { signature, ...signed } = body as Record<string, unknown>;
  if (typeof signature !== 'string') return false;
  try {
    await trusted.check(signedBytes(signed), signature);
    return true;
  } catch (error) {
    if (isUnproven(error)) return false;
    throw error;
  }
}

function isUnproven(error: unknown): boolean {
  if (error instanceof ShapeError || error instanceof SyntaxError || error instanceof TypeError) return true;
  return saysDamaged(error) || isBackuperError(error, 'storage-unsafe');
}
