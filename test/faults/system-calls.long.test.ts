import { test } from 'vitest';
import { count, report } from './form.ts';
import { describeKills } from './kill-trials.ts';
import { atSystemCalls as killer, whyNoSystemCalls } from './killer.ts';

const KIND = 'kills at system calls';
const reason = await whyNoSystemCalls();

if (reason === undefined) {
  describeKills({ kind: KIND, killer, storage: 'a disk', kills: count({ short: 0, long: 30 }) });
  describeKills({ kind: KIND, killer, storage: 'MinIO', kills: count({ short: 0, long: 15 }) });
} else {
  await report({ kind: KIND, what: `**not run**: ${reason}`, tried: 0, violations: 0 });
  test.skip(`${KIND} (not run: ${reason})`, () => undefined);
}
