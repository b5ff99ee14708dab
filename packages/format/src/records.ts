import { type BackupId, parseKey, recordPrefix } from './keys.ts';
import { createStampedName, parseStampedName } from './stamped-name.ts';

/** What may be recorded beside a backup. The verdict is in the key, so a listing suffices. */
export type RecordKind = (typeof RECORD_KINDS)[number];

export const RECORD_KINDS = [
  ...(['verify-stored-ok', 'verify-stored-failed', 'verify-content-ok', 'verify-content-failed'] as const),
  ...(['verify-sample-ok'] as const),
  ...(['verify-restore-exact', 'verify-restore-same-rows', 'verify-restore-degraded'] as const),
  ...(['verify-restore-failed'] as const),
  ...(['pin', 'unpin', 'heartbeat', 'backup-failed', 'accept-new-server', 'prune-begun'] as const),
] as const;

/**
 * How a drill ended. `exact`: the bytes of every table are those of the backup; `same-rows`: some have the same rows, of
 * which the order was not compared; `degraded`: every row is proven, and named objects are not; `failed`.
 */
export type DrillVerdict = 'exact' | 'same-rows' | 'degraded' | 'failed';

/** How a verification ended, by its level. */
export type VerificationEnd =
  | { readonly level: 'stored' | 'content'; readonly verdict: 'ok' | 'failed' }
  | { readonly level: 'restore'; readonly verdict: DrillVerdict };

const VERIFIED = /^verify-(?:(stored|content)-(ok|failed)|(restore)-(exact|same-rows|degraded|failed))$/;

/** The verification that a kind of record stands for; undefined: none. */
export function parseVerificationEnd(kind: string): VerificationEnd | undefined {
  const parts = VERIFIED.exec(kind);
  if (parts === null) return undefined;
  const [, level = parts[3], verdict = parts[4]] = parts;
  return { level, verdict } as VerificationEnd;
}

/** A record as its key describes it. */
export interface RecordEntry extends BackupId {
  readonly key: string;
  /** When it was made, by the writer's clock: milliseconds since 1970. */
  readonly at: number;
  /** Kinds of later versions are kept as they are. */
  readonly kind: RecordKind | (string & {});
}

/** A new key of its own: `<name>/records/<label>/20240315T120000000Z-<hex>-<kind>.json`. */
export function createRecordKey(
  id: BackupId,
  { kind, now }: { readonly kind: RecordKind; readonly now: number },
): string {
  return `${recordPrefix(id)}${createStampedName({ kind, now })}`;
}

/** The record that a key describes; undefined: not made by us. */
export function parseRecordKey(key: string): RecordEntry | undefined {
  const parsed = parseKey(key);
  if (parsed?.kind !== 'record') return undefined;
  const stamp = parseStampedName(parsed.rest);
  return stamp && { key, name: parsed.name, label: parsed.label, ...stamp };
}
