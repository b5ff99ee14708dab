import { expect, test } from 'vitest';
import { parseNotes } from './notes.ts';

test('lines are names and numbers; nothing is no figure', () => {
  expect(parseNotes('idleS 0.482\nrequests -3\n')).toEqual({ idleS: 0.482, requests: -3 });
  expect(parseNotes('')).toBeUndefined();
});

test.each(['idleS', 'idleS fast', 'idle time 1', 'idleS 1,5'])('%j is refused', (line) => {
  expect(() => parseNotes(line)).toThrow('no name and number');
});
