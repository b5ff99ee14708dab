import { LABEL, parseLabel } from './label.ts';
import { count, fields, nullable, oneOf, optional, SHA256, text, wrong } from './shape.ts';

/** An objects.json.zst as stored. */
export interface StoredList {
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What a backup stands on, as commit and catalog say it. */
export interface Standing {
  /** `differential`: its catalog also refers to segments of its parent. */
  readonly type: 'full' | 'differential';
  /** Label of the full of the same name that a differential stands on; null: the backup is a full. */
  readonly parent: string | null;
  /** Of a differential: the parent's list of objects, so that a signature also signs what the backup stands on. */
  readonly parentObjects?: StoredList;
}

/** The full that a differential stands on; `objects` covers its segments. */
export interface Parent {
  readonly label: string;
  readonly objects: StoredList;
}

/** Undefined: the backup stands alone. */
export function parentOf({ parent, parentObjects }: Standing): Parent | undefined {
  return parent === null || parentObjects === undefined ? undefined : { label: parent, objects: parentObjects };
}

export const STORED_LIST = fields<StoredList>({ sizeBytes: count, sha256: SHA256 });

export const STANDING = {
  type: oneOf('full', 'differential'),
  parent: nullable(text({ pattern: LABEL })),
  parentObjects: optional(STORED_LIST),
};

interface OfBackup extends Standing {
  readonly label: string;
  readonly imported?: boolean;
}

/**
 * Throws ShapeError unless a full stands alone, and a differential on another backup that began no later than itself.
 * Whether that one is a full is in its own commit. `at`: where the fields are, e.g. `backup.`.
 */
export function checkStanding({ type, parent, parentObjects, imported, label }: OfBackup, at = ''): void {
  if (type === 'full') {
    if (parent !== null) throw wrong(`${at}parent`, 'is not null, and the backup is a full');
    if (parentObjects !== undefined) throw wrong(`${at}parentObjects`, 'is there, and the backup is a full');
    return;
  }
  if (parent === null) throw wrong(`${at}parent`, 'is null, and the backup is a differential');
  if (parentObjects === undefined) throw wrong(`${at}parentObjects`, 'is missing, and the backup is a differential');
  if (imported === true) throw wrong(`${at}imported`, 'is true, and the backup is a differential');
  if (parent === label) throw wrong(`${at}parent`, 'is the backup itself');
  if (startOf(parent) > startOf(label)) throw wrong(`${at}parent`, 'began later than the backup');
}

function startOf(label: string): number {
  return parseLabel(label)?.startedAt ?? Number.NaN;
}
