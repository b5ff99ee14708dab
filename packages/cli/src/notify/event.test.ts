import { expect, test } from 'vitest';
import { documentWith } from '../../../hosts/src/document.test-data.ts';
import { anomaliesOf, eventOf, eventsOf } from './event.ts';

const NOTHING = { hasRecovered: false, anomalies: [] };
const DEFAULT = ['failure', 'recovery', 'missing', 'anomaly'] as const;
const STALE = { repositories: [{ state: 'ok' }, { state: 'stale' }] };

test.each([
  [{ command: 'backup', exit: 0 }, ['success']],
  [{ command: 'backup', exit: 99 }, []],
  [{ command: 'backup', exit: 1 }, ['failure']],
  [{ command: 'backup', exit: 4 }, ['failure']],
  [{ command: 'verify', exit: 3 }, ['failure']],
  [{ command: 'backup', exit: 3, error: { code: 'anomaly-found' } }, ['anomaly', 'failure']],
  [{ command: 'restore', exit: 143 }, ['failure']],
  [{ command: 'status', exit: 0, result: { repositories: [{ state: 'ok' }] } }, ['success']],
  [{ command: 'status', exit: 1, result: STALE }, ['missing']],
  [{ command: 'status', exit: 75 }, ['failure']],
] as const)('%j is %j', (document, events) => {
  expect(eventsOf(documentWith(document), NOTHING)).toEqual(events);
});

test('one event is told: the gravest that is wanted', () => {
  const good = documentWith({ command: 'backup', exit: 0 });
  const both = { hasRecovered: true, anomalies: ['half of the rows'] };
  expect(eventOf(good, both, DEFAULT)).toBe('anomaly');
  expect(eventOf(good, both, ['success', 'recovery'])).toBe('recovery');
  expect(eventOf(good, NOTHING, DEFAULT)).toBeUndefined();
  expect(eventOf(good, both, ['failure'])).toBeUndefined();
  expect(eventOf(documentWith({ command: 'backup', exit: 1 }), both, DEFAULT)).toBe('failure');
});

test('new backups list what is unusual about them', () => {
  const backups = [
    { name: 'shop', anomalies: [{ kind: 'smaller', text: 'only 1 B of data' }] },
    { name: 'crm', anomalies: [] },
  ];
  const made = documentWith({ command: 'backup', exit: 0, result: { backups } });
  expect(anomaliesOf(made)).toEqual(["'shop': only 1 B of data"]);
  expect(anomaliesOf(documentWith({ command: 'backup', exit: 1 }))).toEqual([]);
});
