const DAY = /^(\d{4})-?(\d\d)-?(\d\d)/.source;
const TIME = /(?:[T _]+(\d\d):?(\d\d)(?::?(\d\d)(?:\.\d+)?)?)?/.source;
const ZONE = /\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/.source;
/** `2024-03-15`, `2024-03-15 02:15:00.123+00`, and the times in names: `20240315_021500`. */
const WRITTEN = new RegExp(DAY + TIME + ZONE, 'i');

/**
 * Where LAST_FULL_BACKUP says that the last full was made, milliseconds since 1970: as psql writes a time, as the
 * original scripts name a file, or as a label. UTC unless it names a zone; a day alone is its begin. Undefined: it is empty.
 */
export function parseLastFull(text: string): number | 'unknown' | undefined {
  const written = text.trim().replace(/^backup_(\d{8}_\d{6}).*$/, '$1');
  if (written === '') return undefined;
  const parts = WRITTEN.exec(written);
  if (parts === null) return 'unknown';
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone = 'Z'] = parts;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${isoZone(zone)}`);
  const isDay = new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDate() === Number(day);
  return Number.isNaN(at) || !isDay ? 'unknown' : at;
}

function isoZone(zone: string): string {
  const [, sign, hours, minutes = '00'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  return sign === undefined ? 'Z' : `${sign}${hours}:${minutes}`;
}
