import { parseLabel } from './label.ts';
import { decodeName, encodeName } from './name.ts';

/** Name of the object that lists the objects of a backup; never encrypted. */
export const OBJECTS_NAME = 'objects.json.zst';

/** Name of a full's index of chunks, which differentials are made with and no restore reads. Encrypted by itself. */
export const INDEX_NAME = 'index.bin';

/** In the place of a full's index where it was rekeyed: its chunks are unknown, but differentials may stand on it. */
export const REKEYED_INDEX: Uint8Array = Buffer.from('pgbkidx0 rekeyed\n');

/** Name of a full's mark, from which a differential knows what it can leave unread; no restore reads it. As INDEX_NAME. */
export const MARK_NAME = 'mark.bin';

/** Name of the object that tells workers what each of them reads; gone once the backup is committed. Encrypted by itself. */
export const PLAN_NAME = 'plan.bin';

/** Segments that one worker may store for one part. */
export const RANGE_SEGMENTS = 262_144;

/** Most ranges of a backup: segments have eight digits. The first is the holder's own. */
export const RANGES_MAX = 380;

/** `claim-0001.bin`: who stores segments in this range. */
export function claimName(range: number): string {
  return `claim-${rangeDigits(range)}.bin`;
}

/** `part-0001.bin`: what a worker stored in this range, once it is whole. */
export function partName(range: number): string {
  return `part-${rangeDigits(range)}.bin`;
}

/** `chunks-0001.bin`: the chunks of what a worker stored in this range for a full in a set. */
export function chunksName(range: number): string {
  return `chunks-${rangeDigits(range)}.bin`;
}

/** The range of a worker's list; undefined for other objects. */
export function partRange(objectName: string): number | undefined {
  const digits = /^part-(\d{4})\.bin$/.exec(objectName)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Whether an object is there only while workers make the backup. */
export function isForParts(objectName: string): boolean {
  return objectName === PLAN_NAME || /^(claim|part|chunks)-\d{4}\.bin$/.test(objectName);
}

function rangeDigits(range: number): string {
  return String(range).padStart(4, '0');
}

/** Whether an object is there for later differentials alone: in fulls only, and never a message of OpenPGP. */
export function isForDifferentials(objectName: string): boolean {
  return objectName === INDEX_NAME || objectName === MARK_NAME;
}

/** Identifies a backup in a repository. */
export interface BackupId {
  readonly name: string;
  readonly label: string;
}

/** Prefix of all objects of one name. Errors of this and all functions that make keys: those of encodeName. */
function namePrefix(name: string): string {
  return `${encodeName(name)}/`;
}

export function commitPrefix(name: string): string {
  return `${namePrefix(name)}backups/`;
}

export function commitKey({ name, label }: BackupId): string {
  return `${commitPrefix(name)}${label}.json`;
}

/** Of the commit; stored before it. */
export function signatureKey(id: BackupId): string {
  return `${commitKey(id)}.sig`;
}

export function dataRootPrefix(name: string): string {
  return `${namePrefix(name)}data/`;
}

export function dataPrefix({ name, label }: BackupId): string {
  return `${dataRootPrefix(name)}${label}/`;
}

export function dataKey(id: BackupId, objectName: string): string {
  return `${dataPrefix(id)}${objectName}`;
}

export function recordRootPrefix(name: string): string {
  return `${namePrefix(name)}records/`;
}

export function recordPrefix({ name, label }: BackupId): string {
  return `${recordRootPrefix(name)}${label}/`;
}

/** Of what ran on the name: it outlives the backups that it is about. */
export function logPrefix(name: string): string {
  return `${namePrefix(name)}log/`;
}

/** `<name>/probe/<id>`, not part of a backup; within the name, so that rights on its folder suffice. */
export function probeKey(name: string, id: string): string {
  return `${namePrefix(name)}probe/${id}`;
}

/** `segment-00000000.tar.zst.gpg` */
export function segmentName(number: number, encrypted: boolean): string {
  return `segment-${String(number).padStart(8, '0')}.tar.zst${encrypted ? '.gpg' : ''}`;
}

export function catalogName(encrypted: boolean): string {
  return `catalog.json.zst${encrypted ? '.gpg' : ''}`;
}

/** Number of a segment's object, or undefined for other objects. */
export function segmentNumber(objectName: string): number | undefined {
  const digits = /^segment-(\d{8})\.tar\.zst(\.gpg)?$/.exec(objectName)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function isCatalogName(objectName: string): boolean {
  return /^catalog\.json\.zst(\.gpg)?$/.test(objectName);
}

/** The backup and kind of a key; undefined: not made by us. */
export function parseKey(key: string): (BackupId & { readonly kind: KeyKind; readonly rest: string }) | undefined {
  const [folder = '', room, third = '', ...more] = key.split('/');
  const name = decodeName(folder);
  if (name === undefined) return undefined;
  if (room === 'backups' && more.length === 0) {
    const [label = ''] = third.split('.', 1);
    const rest = third.slice(label.length);
    if (parseLabel(label) === undefined) return undefined;
    if (rest === '.json') return { name, label, kind: 'commit', rest };
    return rest === '.json.sig' ? { name, label, kind: 'signature', rest } : undefined;
  }
  if ((room !== 'data' && room !== 'records') || more.length !== 1) return undefined;
  const [rest = ''] = more;
  if (parseLabel(third) === undefined || rest === '') return undefined;
  return { name, label: third, kind: room === 'data' ? 'data' : 'record', rest };
}

export type KeyKind = 'commit' | 'signature' | 'data' | 'record';
