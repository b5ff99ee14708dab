import { expect, test } from 'vitest';
import { statusText } from './status.ts';
import { WHOLE } from './whole-results.test-data.ts';

const [WATCHED] = WHOLE.status.repositories;
if (WATCHED === undefined) throw new Error('there is a sample');

test('status says growth, left-overs and until when there is room', () => {
  const text = statusText(WATCHED, { colours: false });
  expect(text).toContain('1000 B stored of 2.9 KiB, +1000 B since 2026-02-01; 2 backups');
  expect(text).toContain('; 8.8 KiB free, room for about 9 more of this size; full in about 90 days\n');
  expect(text).toContain('\n  2 left-overs of runs that failed, with 30 B\n');
});

test('what is not known is not said', () => {
  const unknown = { ...WATCHED, forecast: null, growth: null, leftOvers: null };
  expect(statusText(unknown, { colours: false })).not.toMatch(/since|full in|left-over/);
  const roomy = { ...WATCHED, forecast: { fullAt: null, daysUntilFull: null, horizonDays: 180 } };
  expect(statusText(roomy, { colours: false })).toContain('; not full within 180 days');
  const shrunk = { ...WATCHED, growth: { since: '2026-02-01T00:00:00.000Z', rawBytes: -2048 } };
  expect(statusText(shrunk, { colours: false })).toContain(', −2.0 KiB since 2026-02-01');
});

test.each([40, 60, 80])('no line is longer than a terminal of %i columns, and nothing is cut', (width) => {
  const wide = statusText(WATCHED, { colours: false });
  const narrow = statusText(WATCHED, { colours: false, width });
  expect(Math.max(...narrow.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(width);
  expect(narrow.split(/\s+/)).toEqual(wide.split(/\s+/));
});
