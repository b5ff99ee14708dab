import { expect, test } from 'vitest';
import { formatDay, formatTime, nearTimeZones, parseTimeZone } from './time-zone.ts';

test.each([
  ['UTC', 'UTC'],
  ['Etc/UTC', 'UTC'],
  [' europe/berlin ', 'Europe/Berlin'],
  ['America/Argentina/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
  ['Nowhere/Town', undefined],
  ['', undefined],
  ["'; DROP", undefined],
])('%j is the zone %j', (name, zone) => {
  const found = parseTimeZone(name);
  if (zone?.includes('Argentina')) expect(found).toMatch(/Buenos_Aires$/);
  else expect(found).toBe(zone);
});

test('a mistyped name has near ones, by its place or by its letters', () => {
  expect(nearTimeZones('Berlin')[0]).toBe('Europe/Berlin');
  expect(nearTimeZones('Europe/Belrin')[0]).toBe('Europe/Berlin');
  expect(nearTimeZones('new york')[0]).toBe('America/New_York');
  expect(nearTimeZones('a-secret-in-the-wrong-place-8f3k2')).toEqual([]);
  expect(nearTimeZones('')).toEqual([]);
});

test.each([
  ['UTC', '2026-03-29T00:59:59Z', '2026-03-29 00:59 UTC'],
  ['Europe/Berlin', '2026-03-29T00:59:59.999Z', '2026-03-29 01:59 +01:00'],
  ['Europe/Berlin', '2026-03-29T01:00:00Z', '2026-03-29 03:00 +02:00'],
  ['Europe/Berlin', '2026-10-25T00:30:00Z', '2026-10-25 02:30 +02:00'],
  ['Europe/Berlin', '2026-10-25T01:30:00Z', '2026-10-25 02:30 +01:00'],
  ['America/St_Johns', '2026-01-01T03:29:00Z', '2025-12-31 23:59 -03:30'],
  ['Australia/Lord_Howe', '2026-04-04T14:59:00Z', '2026-04-05 01:59 +11:00'],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', '2026-04-05 01:30 +10:30'],
  ['Asia/Kathmandu', '1985-12-31T18:29:59Z', '1985-12-31 23:59 +05:30'],
  ['Pacific/Apia', '2011-12-30T09:59:00Z', '2011-12-29 23:59 -10:00'],
  ['Pacific/Apia', '2011-12-30T10:00:00Z', '2011-12-31 00:00 +14:00'],
])('clocks in %s show %s as %s', (zone, time, shown) => {
  expect(formatTime(Date.parse(time), zone)).toBe(shown);
  expect(formatDay(Date.parse(time), zone)).toBe(shown.slice(0, 10));
});
