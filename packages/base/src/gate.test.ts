import { describe, expect, it } from 'vitest';
import { createGate } from './gate.ts';

describe('createGate', () => {
  it('lets no more than its limit run at once, in order, and goes on after a failure', async () => {
    const gate = createGate(2);
    const begun: number[] = [];
    let running = 0;
    let most = 0;
    const task = (number: number) => async () => {
      begun.push(number);
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => setImmediate(resolve));
      running -= 1;
      if (number === 1) throw new Error('one');
      return number;
    };
    const results = await Promise.allSettled([0, 1, 2, 3, 4, 5].map((number) => gate(task(number))));
    expect(results.filter(({ status }) => status === 'rejected').length).toBe(1);
    expect(begun).toEqual([0, 1, 2, 3, 4, 5]);
    expect(most).toBe(2);
  });
});
