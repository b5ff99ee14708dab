import { expect, test } from 'vitest';
import { freeMemory, ownMemory } from './own-memory.ts';

test('frees large memory and what is a view of it', () => {
  const memory = Buffer.allocUnsafeSlow(1_000_000);
  const view = memory.subarray(10, 20);
  freeMemory(view);
  expect([memory.length, view.length]).toEqual([0, 0]);
});

test('frees small memory that has no other user', () => {
  const memory = new Uint8Array(100);
  freeMemory(memory);
  expect(memory.length).toBe(0);
});

test('leaves what Node cuts from one piece', () => {
  const [first, second] = [Buffer.from('first'), Buffer.from('second')];
  freeMemory(first);
  expect(`${first} ${second}`).toBe('first second');
});

test('leaves memory that threads share, and what is freed already', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(1_000_000));
  freeMemory(shared);
  expect(shared.length).toBe(1_000_000);
  const memory = Buffer.allocUnsafeSlow(1_000_000);
  freeMemory(memory);
  expect(() => freeMemory(memory)).not.toThrow();
  expect(ownMemory(memory)).toEqual([]);
});
