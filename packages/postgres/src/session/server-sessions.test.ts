import { expect, test } from 'vitest';
import { type Other, whoIsWaitedFor, works } from './server-sessions.ts';

const session = (changes: Partial<Other>): Other => ({
  ...{ pid: 7, state: 'active', waitsFor: null, event: null, since: null, query: 'COPY t FROM stdin' },
  ...changes,
});
const FROM = { command: 'COPY FROM', bytes: 10, rows: 1 };

test.each([
  ['a statement that takes its time', {}, true],
  ['a server that tells nothing', { state: 'disabled' }, true],
  ['a COPY of rows that are read, among dead ones', { copy: { ...FROM, command: 'COPY TO' } }, true],
  ['a COPY FROM that waits for a lock', { copy: FROM, waitsFor: 'Lock' }, true],
  ['a COPY FROM that an extension or a sleep holds up', { copy: FROM, waitsFor: 'Extension' }, true],
  ['a COPY FROM that says so, and counts no row', { copy: FROM }, false],
  ['a COPY FROM at a disk', { copy: FROM, waitsFor: 'IO' }, false],
  ['a session that waits for its client', { waitsFor: 'Client', event: 'ClientRead' }, false],
  ['a session that waits for a standby', { waitsFor: 'IPC', event: 'SyncRep' }, false],
  ['an idle session', { state: 'idle' }, false],
] as const)('%s: %o is at work: %s', (_, changes, expected) => {
  expect(works(session(changes))).toBe(expected);
});

test('who is waited for is named with the process, which may be the one that was stopped', () => {
  expect(whoIsWaitedFor([session({ waitsFor: 'Client', event: 'ClientWrite' })])).toBe(
    "PostgreSQL's server process 7 or its client program (ClientWrite: COPY t FROM stdin)",
  );
  expect(whoIsWaitedFor([session({ copy: FROM })])).toBe("PostgreSQL's server process 7 (COPY t FROM stdin)");
  expect(whoIsWaitedFor([session({ state: 'idle' })])).toBe(
    "PostgreSQL's server process 7, which is idle, or its client program",
  );
});
