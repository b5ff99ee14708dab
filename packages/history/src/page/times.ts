import { localTime, type TimeZone } from '@postgres-backuper/base';

/** `2026-03-15 13:00` as clocks of the zone show it. */
export function timeText(time: number, zone: TimeZone): string {
  return new Date(localTime(time, zone)).toISOString().slice(0, 16).replace('T', ' ');
}

/** `3 days ago`, `in 5 hours`; of now, `just now`. */
export function relativeText(time: number, now: number): string {
  const distance = Math.abs(now - time);
  const [unit, sizeMs] = UNITS.find(([, size]) => distance >= size) ?? ['minute', 60_000];
  const count = Math.floor(distance / sizeMs);
  if (count === 0) return 'just now';
  const text = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return time <= now ? `${text} ago` : `in ${text}`;
}

/** Below an axis, of a time as in `localTime`: `2027`, `Mar`, `8 Mar` or `12:00`, the largest that begins then. */
export function tickText(time: number): string {
  const date = new Date(time);
  if (time % DAY_MS !== 0) return date.toISOString().slice(11, 16);
  const month = MONTHS[date.getUTCMonth()] ?? '';
  if (date.getUTCDate() > 1) return `${date.getUTCDate()} ${month}`;
  return date.getUTCMonth() === 0 ? String(date.getUTCFullYear()) : month;
}

export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
export const DAY_MS = 86_400_000;
const UNITS = [
  ['year', 365 * DAY_MS],
  ['month', 30 * DAY_MS],
  ['day', DAY_MS],
  ['hour', 3_600_000],
] as const;
