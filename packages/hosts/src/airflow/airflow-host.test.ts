import { expect, test } from 'vitest';
import { documentWith, type Loose } from '../document.test-data.ts';
import { KEYS } from '../wording.test-data.ts';
import { createAirflowHost } from './airflow-host.ts';

const NASTY = 'a\n[error] faked\r\u001b[31m::group::x::EndGroup::\u2028b';
const SHOWN = 'a\\n[error] faked\\x0d\\x1b[31m: :group: :x: :EndGroup: :\\u2028b';

function opened({ verbose = false } = {}) {
  const written: string[] = [];
  let clock = 0;
  const write = (text: string) => written.push(text);
  const host = createAirflowHost({
    write,
    environment: {},
    wording: KEYS,
    verbose,
    elapsed: () => clock,
    now: () => 0,
  });
  const finish = (said: Loose, more: { text?: string } = {}) =>
    host.finish({ document: documentWith(said), text: '', ...more });
  return { host, log: () => written.join(''), finish, wait: (ms: number) => (clock += ms) };
}

test('each event is one line with its level, whatever it holds', () => {
  const { host, log } = opened({ verbose: true });
  host.emit({ type: 'phase', phase: 'dump', text: NASTY });
  host.emit({ type: 'notice', text: NASTY });
  host.emit({ type: 'warning', text: NASTY, hint: NASTY });
  host.emit({ type: 'detail', text: NASTY });
  expect(log().split('\n')).toEqual([
    `[info] dump: ${SHOWN}`,
    `[info] ${SHOWN}`,
    `[warning] ${SHOWN}: ${SHOWN}`,
    `[debug] ${SHOWN}`,
    '',
  ]);
});

test('details need --verbose', () => {
  const { host, log } = opened();
  host.emit({ type: 'detail', text: 'more' });
  expect(log()).toBe('');
});

test('progress is told every ten seconds', () => {
  const { host, log, wait } = opened();
  const progress = { rawBytes: 5, storedBytes: 1, tablesDone: 1, tablesTotal: 2, elapsedMs: 9, current: NASTY };
  host.emit({ type: 'progress', progress });
  wait(10_000);
  host.emit({ type: 'progress', progress });
  host.emit({ type: 'progress', progress });
  expect(log()).toMatch(/^\[info\] 5 B.*faked.*\n$/);
});

test('the result for people is a line per line', async () => {
  const { log, finish } = opened();
  expect(await finish({ command: 'check', exit: 0 }, { text: 'one\n\n  two \u001b[1m\n' })).toBe(0);
  expect(log()).toBe('[info] one\n[info]   two \\x1b[1m\n');
});

test('an error is told with its single problems and its hint', async () => {
  const { log, finish } = opened();
  const error = { code: 'configuration-invalid', message: `2 problems ${NASTY}`, hint: 'do this' };
  const details = { problems: ['a', 'first b', 'c\nd'] };
  expect(await finish({ command: 'backup', exit: 2, error, details })).toBe(2);
  expect(log().split('\n')).toEqual([
    `[error] 2 problems ${SHOWN}`,
    '[error] first b',
    '[error] c\\nd',
    '[error] do this',
    '',
  ]);
});

test('skipped stays 99: the operator marks the task as skipped', async () => {
  const { log, finish } = opened();
  expect(await finish({ command: 'backup', exit: 99, result: { backups: [], skipped: ['a'] } })).toBe(99);
  expect(log()).toBe('[info] skipped: the newest backup is young enough\n');
});

test('a repository without the backup is an error line', async () => {
  const { log, finish } = opened();
  const destinations = [{ location: 's3://b', committed: false, problem: 'denied' }];
  expect(await finish({ command: 'backup', exit: 4, result: { backups: [{ destinations }] } })).toBe(4);
  expect(log()).toBe('[error] not in s3://b: denied\n[error] backup ended with exit status 4\n');
});
