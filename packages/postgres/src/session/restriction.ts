import { randomBytes } from 'node:crypto';

/** Lines for psql. Between them psql obeys none of its own commands but `\unrestrict` with the key. */
export interface Restriction {
  readonly begin: string;
  readonly end: string;
}

/**
 * A restriction with a random key, which no text from outside can know. It is only the second line of defence: before
 * 14.24, 15.19, 16.15, 17.11 and 18.6 psql runs text in backquotes after any `\unrestrict` (CVE-2026-18408), so a text
 * from outside must hold no backslash where psql looks for commands.
 */
export function createRestriction(): Restriction {
  const key = randomBytes(16).toString('hex');
  return { begin: `\\restrict ${key}\n`, end: `\\unrestrict ${key}\n` };
}
