import { expect, test } from 'vitest';
import { KEYS } from '../wording.test-data.ts';
import { createForgejoHost } from './forgejo-host.ts';

function opened() {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  const services = { write, environment: {}, wording: KEYS, verbose: false, elapsed: () => 0, now: () => 0 };
  return { host: createForgejoHost(services), log: () => written.join('') };
}

test('warnings and errors are lines of the log, which nobody has to decode', async () => {
  const { host, log } = opened();
  host.emit({ type: 'phase', phase: 'dump', text: 'dumping' });
  host.emit({ type: 'warning', text: 'slow\n::error::x', hint: 'wait' });
  const error = { code: 'x', message: 'it failed: 100 %', hint: 'do this' };
  const status = await host.finish({ document: { command: 'backup', exit: 1, error }, text: '' });
  expect(status).toBe(1);
  expect(log()).toBe(
    'dumping\n::group::dump\nWARNING slow\n  : :error::x\n  wait\n::endgroup::\nERROR it failed: 100 %\n  do this\n',
  );
});

test('skipped is a success that says so', async () => {
  const { host, log } = opened();
  const document = { command: 'backup' as const, exit: 99 };
  expect(await host.finish({ document, text: '' })).toBe(0);
  expect(log()).toBe('PostgreSQL backup skipped: the newest backup is young enough\n');
});
