import type { StatusResult } from '@postgres-backuper/core';
import { expect, test } from 'vitest';
import { statusText } from './status.ts';
import { WHOLE } from './whole-results.test-data.ts';

const [WATCHED] = WHOLE.status.repositories;
if (!WATCHED?.newest) throw new Error('there is a sample');
type Newest = NonNullable<StatusResult['newest']>;
const NEWEST: Newest = WATCHED.newest;

const LOOK = { colours: false, timeZone: 'UTC' } as const;

test('status says growth, left-overs and until when there is room', () => {
  const text = statusText(WATCHED, LOOK);
  expect(text).toContain('1000 B stored of 2.9 KiB, +1000 B since 2026-02-01; 2 backups');
  expect(text).toContain('; 8.8 KiB free, room for about 3 more as large as its full; full in about 90 days\n');
  const room = (changes: Partial<Newest>) =>
    / free(?:, room.*)?;/.exec(statusText({ ...WATCHED, newest: { ...NEWEST, ...changes } }, LOOK))?.[0];
  expect(room({ parent: null })).toBe(' free, room for about 9 more of this size;');
  expect(room({ fullStoredBytes: null })).toBe(' free;');
});

test('what is not known is not said', () => {
  const unknown = { ...WATCHED, forecast: null, growth: null, leftOvers: null };
  expect(statusText(unknown, LOOK)).not.toMatch(/since|full in|left-over/);
  const roomy = { ...WATCHED, forecast: { fullAt: null, daysUntilFull: null, horizonDays: 180 } };
  expect(statusText(roomy, LOOK)).toContain('; not full within 180 days');
  const shrunk = { ...WATCHED, growth: { since: '2026-02-01T00:00:00.000Z', rawBytes: -2048 } };
  expect(statusText(shrunk, LOOK)).toContain(', −2.0 KiB since 2026-02-01');
});

test.each([40, 60, 80])('no line is longer than a terminal of %i columns, and nothing is cut', (width) => {
  const wide = statusText(WATCHED, LOOK);
  const narrow = statusText(WATCHED, { ...LOOK, width });
  expect(Math.max(...narrow.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(width);
  expect(narrow.split(/\s+/)).toEqual(wide.split(/\s+/));
});

test('the note, the expiry and the times of a zone are shown, and nothing of them is obeyed', () => {
  const noted = { ...WATCHED, newest: { ...NEWEST, note: 'a\u202eb', expiresAt: '2026-07-01T00:00:00Z' } };
  const text = statusText(noted, { ...LOOK, timeZone: 'Europe/Berlin' });
  expect(text).toContain('backup_2 (2026-03-01 01:00 +01:00) is 1 ms old');
  expect(text).toContain('\n  note: a\\u202eb\n  expires 2026-07-01 02:00 +02:00, whatever the rules say\n');
  const plain = { ...WATCHED, newest: { ...NEWEST, note: null, expiresAt: null } };
  expect(statusText(plain, LOOK)).not.toMatch(/note|expires/);
});
