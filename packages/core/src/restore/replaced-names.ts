import { createHash } from 'node:crypto';
import { parseLabel } from '@postgres-backuper/format';

/** Longest name of a database, bytes (NAMEDATALEN - 1). */
const LONGEST_NAME = 63;

/** What a database was that another one took the name of. `number`: of the exchange, from 1. */
export interface Exchange {
  /** `before`: the one before a restore; `restored`: the restored one, which an undo took the name from. */
  readonly kind: 'before' | 'restored';
  /** Label of the backup that was restored. */
  readonly label: string;
  readonly number: number;
}

export interface ExchangedDatabase extends Exchange {
  readonly database: string;
}

/** Name of the database that is restored before it takes the place of `name`: the same one when a restore is resumed. */
export function restoringName(name: string, label: string): string {
  return named(name, `_restoring_${label}`);
}

/** New name of the database that was `name`. */
export function exchangedName(name: string, { kind, label, number }: Exchange): string {
  return named(name, `_${kind}_${label}_${number}`);
}

const EXCHANGED = /_(before|restored)_(backup_\w+)_([1-9]\d{0,8})$/;

/** The databases that once were `name`, the latest exchange first. Pure. */
export function exchangedOf(name: string, databases: readonly string[]): readonly ExchangedDatabase[] {
  const found = databases.flatMap((database): readonly ExchangedDatabase[] => {
    const [, kind, label = '', digits = ''] = EXCHANGED.exec(database) ?? [];
    if ((kind !== 'before' && kind !== 'restored') || parseLabel(label) === undefined) return [];
    const exchange = { kind, label, number: Number(digits) } as const;
    return exchangedName(name, exchange) === database ? [{ database, ...exchange }] : [];
  });
  return found.sort((a, b) => b.number - a.number);
}

/** Number of the next exchange. Pure. */
export function nextNumber(name: string, databases: readonly string[]): number {
  return (exchangedOf(name, databases)[0]?.number ?? 0) + 1;
}

const DIGEST_LENGTH = 6;

/**
 * The name with its ending. A name that is too long is cut, and gets some digits of its SHA-256: names with the same
 * start must not be taken for one another. Pure.
 */
export function named(name: string, ending: string): string {
  if (Buffer.byteLength(name + ending) <= LONGEST_NAME) return name + ending;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, DIGEST_LENGTH);
  const characters = [...name];
  const whole = (): string => `${characters.join('')}_${digest}${ending}`;
  while (Buffer.byteLength(whole()) > LONGEST_NAME && characters.length > 0) characters.pop();
  return whole();
}
