import { editDistance } from './edit-distance.ts';

/** A zone of the IANA database as Node.js knows it, e.g. `Europe/Berlin`. */
export type TimeZone = string;

export const UTC: TimeZone = 'UTC';

/** The zone as Node.js writes its name; undefined: it knows none of this name. Case makes no difference. */
export function parseTimeZone(name: string): TimeZone | undefined {
  if (name === UTC) return UTC; // without the data of all zones, which take long to load
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name.trim() }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Names of zones that a mistyped one may mean, the likeliest first: by the name of the place, then by their letters. */
export function nearTimeZones(name: string): readonly string[] {
  const wanted = placeOf(name);
  const near = Intl.supportedValuesOf('timeZone').map((zone) => {
    const place = placeOf(zone);
    const far = Math.min(editDistance(wanted, place), editDistance(name.toLowerCase(), zone.toLowerCase()));
    return { zone, far: place.startsWith(wanted) && wanted.length >= 3 ? 0 : far };
  });
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  return near
    .filter(({ far }) => far <= allowed)
    .sort((a, b) => a.far - b.far)
    .slice(0, NEAR)
    .map(({ zone }) => zone);
}

const NEAR = 3;

/** `America/New_York` → `new york` */
function placeOf(zone: string): string {
  return zone
    .slice(zone.lastIndexOf('/') + 1)
    .replaceAll('_', ' ')
    .toLowerCase();
}

/**
 * What clocks in a zone show, as the time at which those of UTC show the same: milliseconds since 1970. Its parts are then read
 * as those of a time in UTC.
 */
export function localTime(time: number, zone: TimeZone): number {
  return time + offsetMs(time, zone);
}

/** `2026-03-15 13:00 +01:00`; of UTC `2026-03-15 12:00 UTC`. */
export function formatTime(time: number, zone: TimeZone): string {
  const offset = Math.round(offsetMs(time, zone) / 60_000);
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  const name = zone === UTC ? UTC : `${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
  return `${new Date(localTime(time, zone)).toISOString().slice(0, 16).replace('T', ' ')} ${name}`;
}

/** `2026-03-15` */
export function formatDay(time: number, zone: TimeZone): string {
  return new Date(localTime(time, zone)).toISOString().slice(0, 10);
}

function two(count: number): string {
  return String(count).padStart(2, '0');
}

/** How far a zone's clocks are ahead of UTC at a time. */
function offsetMs(time: number, zone: TimeZone): number {
  if (zone === UTC) return 0;
  const clock = clockOf(zone);
  const day = Math.floor(time / DAY_MS);
  const [from, until] = [atDay(day, clock), atDay(day + 1, clock)];
  return from === until ? from : shownAt(time, clock);
}

const DAY_MS = 86_400_000;

interface ZoneClock {
  readonly format: Intl.DateTimeFormat;
  /** The offset at the beginning of days in UTC, by their number: to ask for one is slow, and few days change it. */
  readonly days: Map<number, number>;
}

function atDay(day: number, clock: ZoneClock): number {
  const known = clock.days.get(day);
  if (known !== undefined) return known;
  const offset = shownAt(day * DAY_MS, clock);
  clock.days.set(day, offset);
  return offset;
}

function shownAt(time: number, { format }: ZoneClock): number {
  const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const day = Date.UTC(part('year'), part('month') - 1, part('day'));
  const second = (part('hour') * 60 + part('minute')) * 60 + part('second');
  return day + second * 1000 - Math.floor(time / 1000) * 1000;
}

const CLOCKS = new Map<TimeZone, ZoneClock>();

function clockOf(zone: TimeZone): ZoneClock {
  const known = CLOCKS.get(zone);
  if (known !== undefined) return known;
  const numeric = 'numeric';
  const format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
    ...({ timeZone: zone, hourCycle: 'h23', year: numeric, month: numeric } as const),
    ...({ day: numeric, hour: numeric, minute: numeric, second: numeric } as const),
  });
  const clock = { format, days: new Map<number, number>() };
  CLOCKS.set(zone, clock);
  return clock;
}
