import { expect, test } from 'vitest';
import type { BackuperError } from './errors.ts';
import { startWatchdog } from './watchdog.ts';

/** A clock whose sleeps end when `pass` is called. */
function handClock() {
  let at = 0;
  let wake = (): void => undefined;
  const clock = {
    now: () => at,
    elapsed: () => at,
    sleep: () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      }),
  };
  const pass = async (ms: number, steps = 1): Promise<void> => {
    for (let step = 0; step < steps; step++) {
      at += ms;
      wake();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { clock, pass };
}

function begin(limits: { stallMs?: number; maxMs?: number }) {
  const { clock, pass } = handClock();
  const reasons: BackuperError[] = [];
  const abort = (reason: BackuperError) => void reasons.push(reason);
  const dog = startWatchdog({ stallMs: undefined, maxMs: undefined, ...limits }, { clock, abort });
  return { dog, pass, reasons };
}

const progress = (rawBytes: number) =>
  ({ type: 'progress', progress: { rawBytes, storedBytes: 0, tablesDone: 0, tablesTotal: 0, elapsedMs: 0 } }) as const;

test('a run in which nothing goes on ends, and names who was waited for', async () => {
  const { dog, pass, reasons } = begin({ stallMs: 60_000 });
  dog.see({ type: 'phase', phase: 'dump', text: 'dumping' });
  const end = dog.explain(() => 'the repository /b');
  dog.explain(() => undefined);
  await pass(1000, 59);
  expect(reasons).toEqual([]);
  await pass(1000);
  expect(reasons[0]).toMatchObject({
    code: 'stalled',
    exitStatus: 75,
    message: 'no progress for 1 min: waited for the repository /b',
  });
  end();
});

test('without a name it is the step that is named', async () => {
  const { dog, pass, reasons } = begin({ stallMs: 10_000 });
  dog.see({ type: 'phase', phase: 'dump', text: 'dumping' });
  await pass(1000, 10);
  expect(reasons[0]?.message).toBe("no progress for 10 s: waited for 'dumping'");
});

test('bytes, steps, retries and answers are progress; equal counts and warnings are none', async () => {
  const { dog, pass, reasons } = begin({ stallMs: 10_000 });
  const moves = [
    () => dog.see(progress(1)),
    () => dog.see({ type: 'notice', text: 'again in 2 s' }),
    () => dog.moved(),
    () => dog.see(progress(2)),
  ];
  for (const move of moves) {
    await pass(1000, 9);
    move();
  }
  expect(reasons).toEqual([]);
  await pass(1000, 5);
  dog.see(progress(2));
  dog.see({ type: 'warning', text: 'session 1 waits for our locks' });
  await pass(1000, 5);
  expect(reasons).toHaveLength(1);
});

test('no time counts while the run waits for what ends by itself', async () => {
  const { dog, pass, reasons } = begin({ stallMs: 10_000 });
  const ends = [dog.pause(), dog.pause()];
  await pass(1000, 30);
  ends[0]?.();
  await pass(1000, 30);
  ends[1]?.();
  await pass(1000, 9);
  expect(reasons).toEqual([]);
  await pass(1000);
  expect(reasons).toHaveLength(1);
});

test('a machine that slept did not wait', async () => {
  const { pass, reasons } = begin({ stallMs: 10_000 });
  await pass(3_600_000);
  expect(reasons).toEqual([]);
});

test('a run ends when its time is over, also when all goes well', async () => {
  const { dog, pass, reasons } = begin({ maxMs: 7_200_000 });
  await pass(3_600_000);
  dog.moved();
  await pass(3_600_000);
  expect(reasons[0]).toMatchObject({ code: 'time-over', exitStatus: 75 });
});
