import { constants } from 'node:os';
import { expect, test } from 'vitest';
import { isCancelledExit, SIGNAL_EXITS } from './signal-exits.ts';

test.each(Object.entries(SIGNAL_EXITS))('%s is %d as in a shell', (signal, exit) => {
  expect(exit).toBe(128 + constants.signals[signal as keyof typeof SIGNAL_EXITS]);
  expect(isCancelledExit(exit)).toBe(true);
});

test.each([0, 1, 75, 99, 128, 137])('%d is no cancelled command', (exit) => {
  expect(isCancelledExit(exit)).toBe(false);
});
