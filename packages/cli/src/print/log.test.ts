import { expect, test } from 'vitest';
import { logText } from './log.ts';

const ENTRY = {
  ...{ at: '2026-03-15T12:00:00.000Z', kind: 'deleted', user: 'jane', machine: 'runner-1', signed: null },
  labels: ['backup_20260101_000000_aaaaaa', 'backup_20260102_000000_bbbbbb'],
  texts: ['backup_20260101_000000_aaaaaa: older than 30 days', 'backup_20260102_000000_bbbbbb: older than 30 days'],
  job: 'https://ci.example/jobs/123456789/attempts/1',
};
const LOG = { name: 'app', location: '/r', older: 3, entries: [ENTRY] };

test('the log says when, what, of which backup, who, why and where', () => {
  expect(logText(LOG, { colours: false })).toBe(`2026-03-15 12:00:00Z deleted 2 backups by jane@runner-1
    backup_20260101_000000_aaaaaa: older than 30 days
    backup_20260102_000000_bbbbbb: older than 30 days
    https://ci.example/jobs/123456789/attempts/1
1 record of 'app' in /r, and 3 older
`);
});

test('a record of one backup names it once, and one without words is a line', () => {
  const [first = ''] = ENTRY.labels;
  const one = { ...ENTRY, labels: [first], texts: [`${first}: older than 30 days`], job: null, signed: false };
  const plain = { ...ENTRY, kind: 'pin', labels: [first], texts: [], job: null, user: null, machine: null };
  expect(logText({ ...LOG, entries: [one, plain] }, { colours: false })).toContain(`deleted ${first} by jane@runner-1
    older than 30 days
    not signed by the trusted key
2026-03-15 12:00:00Z pin ${first}
2 records`);
});

test('in a narrow terminal lines are broken, never cut, and links stay whole', () => {
  const narrow = logText(LOG, { colours: false, width: 50 });
  expect(narrow).toContain(`\n    ${ENTRY.job}\n`);
  expect(Math.max(...narrow.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(50);
  expect(narrow.split(/\s+/)).toEqual(logText(LOG, { colours: false }).split(/\s+/));
});

test('what somebody wrote into the storage cannot draw on the terminal', () => {
  const hostile = '\x1b[2J\u202e\r\n';
  const texts = { kind: 'deleted', labels: [hostile], texts: [hostile], user: hostile, machine: hostile, job: hostile };
  const shown = logText({ ...LOG, entries: [{ ...ENTRY, ...texts }] }, { colours: false });
  expect(shown).not.toMatch(/[\x1b\u202e\r]/);
});
