import { expect, test } from 'vitest';
import { documentWith } from '../../../hosts/src/document.test-data.ts';
import { createMemoryStorage } from '../../../testing/src/memory-storage.ts';
import { messageOf } from './message-of.ts';
import type { NameBefore } from './run-before.ts';

const NOON = Date.parse('2026-03-01T12:00:00Z');
const HOUR = 3_600_000;
const storage = createMemoryStorage(() => 0);

function named(name: string, more: Partial<NameBefore> = {}): NameBefore {
  const newest = { label: `backup_of_${name}`, startedAt: NOON - 30 * HOUR, fullBytes: 1000 };
  return { name, newest, repository: { storage } as unknown as NameBefore['repository'], ...more };
}

function message(
  event: Parameters<typeof messageOf>[0],
  document: Parameters<typeof documentWith>[0],
  before: readonly NameBefore[] = [],
) {
  const report = { before, anomalies: [], job: 'https://ci/1', machine: 'm', now: NOON };
  return messageOf(event, { ...report, document: documentWith(document) });
}

const ERROR = { code: 'login-failed', message: 'the server refused the login', hint: 'correct the password' };

test('a failure says what, where, since when and what to do', () => {
  const before = [named('shop', { failingSince: NOON - 5 * HOUR })];
  const document = { command: 'backup', exit: 2, error: ERROR, server: 'db:5432', databases: ['shop'] } as const;
  expect(message('failure', document, before)).toEqual({
    ...{
      event: 'failure',
      title: "PostgreSQL backup failed: 'shop'",
      at: '2026-03-01T12:00:00.000Z',
      link: 'https://ci/1',
    },
    ...{ lines: ['the server refused the login'], hint: 'correct the password' },
    facts: [
      { name: 'server', value: 'db:5432' },
      { name: 'repository', value: storage.location },
      { name: 'last good backup', value: 'backup_of_shop, 30 h 00 min old' },
      { name: 'failing since', value: '2026-03-01T07:00:00.000Z' },
      { name: 'exit status', value: '2' },
      { name: 'machine', value: 'm' },
    ],
    fields: { command: 'backup', exit: 2, code: 'login-failed', names: ['shop'], labels: [] },
  });
});

test('of many databases the message names a few, and the oldest backups', () => {
  const names = Array.from({ length: 100 }, (_, index) => `db${index}`);
  const failures = names.map((database) => ({ database, error: ERROR }));
  const problems = names.map((database) => `'${database}': no`);
  const result = { backups: [], skipped: [], failures, problems };
  const before = names.map((name, index) =>
    named(name, { newest: { label: name, startedAt: NOON - index * HOUR, fullBytes: 1 } }),
  );
  const made = message('failure', { command: 'backup', exit: 2, error: ERROR, databases: names, result }, before);
  expect(made.title).toBe("PostgreSQL backup failed: 'db0', 'db1', 'db2' and 97 more");
  expect(made.facts.filter(({ name }) => name.startsWith('last'))).toEqual([
    { name: "last good backup of 'db99'", value: 'db99, 4 d 3 h old' },
    { name: "last good backup of 'db98'", value: 'db98, 4 d 2 h old' },
    { name: "last good backup of 'db97'", value: 'db97, 4 d 1 h old' },
  ]);
});

const MADE = {
  ...{ label: 'backup_2', name: 'shop', database: 'shop', durationMs: 1500 },
  totals: { tables: 1, rows: 7, rawBytes: 3000, storedBytes: 500, segments: 1 },
  ...{ type: 'full', parent: null, whyFull: null, saving: null },
};

test('a success says sizes and their change, a recovery for how long runs failed', () => {
  const document = {
    command: 'backup',
    exit: 0,
    databases: ['shop'],
    result: { backups: [MADE], skipped: [], failures: [] },
  } as const;
  const line = "'shop': backup_2, 1 table, 7 rows, 500 B stored (−50 %), in 1.5 s";
  const good = message('success', document, [named('shop')]);
  expect([good.title, good.lines]).toEqual(["PostgreSQL backup done: 'shop'", [line]]);
  expect(good.fields.labels).toEqual(['backup_2']);
  expect(good.facts.map(({ name }) => name)).toEqual(['repository', 'machine']);
  const again = message('recovery', document, [named('shop', { failingSince: NOON - HOUR })]);
  expect(again.title).toBe("PostgreSQL backup works again: 'shop'");
  expect(again.lines).toEqual(['runs failed since 2026-03-01T11:00:00.000Z, for 1 h 00 min', line]);
});

test('the size of a differential is a share of its full, and no change since the last backup', () => {
  const saving = { fullStoredBytes: 1000, newBytes: 700, changedTables: [], sparedTables: [] };
  const made = { ...MADE, type: 'differential', parent: 'backup_1', saving };
  const result = { backups: [made], skipped: [], failures: [] };
  const { lines } = message('success', { command: 'backup', exit: 0, databases: ['shop'], result }, [named('shop')]);
  expect(lines).toEqual(["'shop': backup_2, 1 table, 7 rows, 500 B stored (differential: 50 % of its full), in 1.5 s"]);
});

test('unusual figures are said once, also when they fail the run', () => {
  const document = documentWith({
    command: 'backup',
    exit: 3,
    error: { ...ERROR, code: 'anomaly-found' },
    databases: ['shop'],
  });
  const anomalies = ["'shop': half of the rows"];
  const made = messageOf('anomaly', { document, before: [], anomalies, job: undefined, machine: 'm', now: NOON });
  expect(made.lines).toEqual(anomalies);
  expect(made.title).toBe("PostgreSQL backup done, with unusual figures: 'shop'");
});

test.each([
  ['failure', { command: 'backup', exit: 143, error: { ...ERROR, code: 'cancelled' } }, 'PostgreSQL backup cancelled'],
  ['failure', { command: 'restore', exit: 4, error: ERROR }, 'PostgreSQL restore only partly done'],
  ['failure', { command: 'prune', exit: 1, error: ERROR }, 'Pruning of backups failed'],
  [
    'missing',
    {
      command: 'status',
      exit: 1,
      result: {
        repositories: [
          { name: 'a', state: 'ok' },
          { name: 'b', state: 'none', location: '/r' },
        ],
      },
    },
    "PostgreSQL backup is missing: 'b'",
  ],
  [
    'success',
    { command: 'verify', exit: 0, result: { repositories: [{ name: 'a', location: '/r' }] } },
    "Verification of backups done: 'a'",
  ],
] as const)('the title of a %s: %j', (event, document, title) => {
  expect(message(event, document).title).toBe(title);
});
