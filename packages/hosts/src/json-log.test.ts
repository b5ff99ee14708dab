import { expect, test } from 'vitest';
import { createJsonLog } from './json-log.ts';

function recorded(verbose = false) {
  const lines: unknown[] = [];
  const clock = { now: Date.UTC(2026, 2, 1) };
  const write = (text: string): void => {
    expect(text).toMatch(/^[^\n]+\n$/);
    lines.push(JSON.parse(text));
  };
  const { emit } = createJsonLog({ write, now: () => clock.now, verbose });
  return { lines, clock, emit };
}

const PROGRESS = { rawBytes: 1, storedBytes: 1, tablesDone: 0, tablesTotal: 2, elapsedMs: 5 };

test('an event is one line with a time and a version, whatever its text holds', () => {
  const { lines, emit } = recorded();
  emit({ type: 'warning', text: 'a\n"b"\u2028', hint: 'c' });
  expect(lines).toEqual([
    { version: 1, time: '2026-03-01T00:00:00.000Z', type: 'warning', text: 'a\n"b"\u2028', hint: 'c' },
  ]);
});

test('progress has a line every ten seconds', () => {
  const { lines, clock, emit } = recorded();
  emit({ type: 'progress', progress: PROGRESS });
  clock.now += 10_000;
  emit({ type: 'progress', progress: PROGRESS });
  emit({ type: 'progress', progress: PROGRESS });
  expect(lines).toMatchObject([{ type: 'progress', progress: PROGRESS }]);
});

test('details are for a verbose log', () => {
  for (const verbose of [false, true]) {
    const { lines, emit } = recorded(verbose);
    emit({ type: 'detail', text: 'a' });
    expect(lines).toHaveLength(verbose ? 1 : 0);
  }
});
