import { expect, it } from 'vitest';
import { createWaitingLine, WINDOW } from './waiting-line.ts';

it('takes the first that may go, and keeps the order of the others', () => {
  const line = createWaitingLine<number>();
  for (const one of [1, 2, 3, 4]) line.add(one);
  expect(line.take((one) => one === 3)).toBe(3);
  expect(line.length).toBe(3);
  expect([line.take(() => true), line.take(() => true), line.take(() => true)]).toEqual([1, 2, 4]);
  expect(line.take(() => true)).toBeUndefined();
});

it('looks at a bounded number of those that may not go', () => {
  const line = createWaitingLine<number>();
  for (let one = 0; one < 5 * WINDOW; one += 1) line.add(one);
  let looks = 0;
  const look = (): boolean => {
    looks += 1;
    return false;
  };
  expect(line.take(look)).toBeUndefined();
  expect(looks).toBe(WINDOW);
});

it('gives 200,000 out in a time that grows with their number', () => {
  const line = createWaitingLine<number>();
  for (let one = 0; one < 200_000; one += 1) line.add(one);
  const begun = process.cpuUsage().user;
  let inOrder = 0;
  for (let one = 0; one < 200_000; one += 1) if (line.take(() => true) === one) inOrder += 1;
  expect(inOrder).toBe(200_000);
  expect((process.cpuUsage().user - begun) / 1e6).toBeLessThan(5);
});
