import { expect, test } from 'vitest';
import { documentWith } from '../../../hosts/src/document.test-data.ts';
import { eventOf, eventsOf } from './event.ts';
import { messageOf } from './message-of.ts';

const HOSTILE = '<b>*[x](y) @everyone';
const DAY = 86_400_000;
const good = { name: 'shop', location: '/r', state: 'ok', warnings: [], label: 'l', ageMs: DAY / 4, backups: 7 };
const SHOP = { ...good, storedBytes: 7 * 2 ** 20, rawBytes: 3 * 2 ** 20, rawBytesWeekBefore: 2 * 2 ** 20 };
const NONE = { ...SHOP, name: HOSTILE, state: 'none', warnings: ['no backup'], label: null, ageMs: null };
const BAD = { ...NONE, backups: 0, storedBytes: 0, rawBytes: null, rawBytesWeekBefore: null };
const NOTHING = { hasRecovered: false, anomalies: [] };

function documentOf(names: readonly object[], more = {}) {
  return documentWith({ command: 'report', exit: 0, result: { output: 'p.html', sizeBytes: 1, names }, ...more });
}

function message(document: ReturnType<typeof documentOf>) {
  return messageOf('digest', { document, before: [], anomalies: [], job: undefined, machine: 'm', now: 0 });
}

test('a digest has every name, the bad ones first, with sizes, changes and what to do', () => {
  const made = message(documentOf([BAD, SHOP]));
  expect(made).toMatchObject({ title: 'PostgreSQL backups: 1 of 2 names to look at', fields: { names: [HOSTILE] } });
  expect(made.lines).toEqual([
    `✕ '${HOSTILE}': no good backup, 0 backups with 0 B; no backup`,
    "✓ 'shop': 6 h 00 min old, 3.0 MiB of data (+50 % in a week), 7 backups with 7.0 MiB",
  ]);
  expect(made.hint).toBe('read the page p.html, the names to look at come first');
  expect(made.facts[0]).toEqual({ name: 'repository', value: '/r' });
});

test('with good names alone it asks for nothing; of several repositories each line says which', () => {
  const made = message(documentOf([SHOP, { ...SHOP, location: 's3://b', rawBytesWeekBefore: null }]));
  expect(made).toMatchObject({ title: 'PostgreSQL backups: 2 names, all good', hint: undefined });
  expect(made.lines[1]).toContain("'shop' in s3://b: 6 h 00 min old, 3.0 MiB of data, 7");
});

test('it is sent where it is asked for alone; a report that fails is a failure with what is known', () => {
  expect(eventsOf(documentOf([SHOP]), NOTHING)).toEqual(['digest', 'success']);
  expect(eventOf(documentOf([SHOP]), NOTHING, ['failure', 'missing'])).toBeUndefined();
  expect(eventOf(documentOf([SHOP]), NOTHING, ['failure', 'digest'])).toBe('digest');
  const failed = documentOf([SHOP], { exit: 1, error: { code: 'x', message: 'one cannot be read', hint: 'look' } });
  expect(eventsOf(failed, NOTHING)).toEqual(['failure']);
  expect(message(failed).lines).toEqual(['one cannot be read', expect.stringContaining("✓ 'shop'")]);
});
