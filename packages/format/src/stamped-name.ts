import { randomBytes } from 'node:crypto';

const STAMPED = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})Z-[0-9a-f]{8}-([a-z]+(?:-[a-z]+)*)\.json$/;

/** A new name of its own: `20240315T120000000Z-<hex>-<kind>.json`. `now`: milliseconds since 1970. */
export function createStampedName({ kind, now }: { readonly kind: string; readonly now: number }): string {
  const utc = new Date(now).toISOString().replace(/[-:.]/g, '');
  return `${utc}-${randomBytes(4).toString('hex')}-${kind}.json`;
}

/** The time, milliseconds since 1970, and the kind in a name; undefined: not made by us. */
export function parseStampedName(name: string): { readonly at: number; readonly kind: string } | undefined {
  const parts = STAMPED.exec(name);
  if (parts === null) return undefined;
  const [, year, month, day, hour, minute, second, millisecond, kind = ''] = parts;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millisecond}Z`);
  return Number.isNaN(at) ? undefined : { at, kind };
}
