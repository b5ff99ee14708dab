import { randomBytes } from 'node:crypto';

/** Longest name of a database, bytes (NAMEDATALEN - 1). */
const LONGEST_NAME = 63;

/** Name of the database that is restored before it takes the place of `name`. */
export function restoringName(name: string): string {
  return named(name, `_restoring_${randomBytes(4).toString('hex')}`);
}

/** Name of the one that was replaced; unlike any earlier one. */
export function beforeName(name: string, label: string): string {
  return named(name, `_before_${label}_${randomBytes(2).toString('hex')}`);
}

/** The start of the name is kept, as long as all fits. Pure. */
export function named(name: string, ending: string): string {
  const characters = [...name];
  while (Buffer.byteLength(characters.join('') + ending) > LONGEST_NAME && characters.length > 1) characters.pop();
  const whole = characters.join('') + ending;
  return Buffer.from(whole).length <= LONGEST_NAME ? whole : whole.slice(0, LONGEST_NAME);
}
