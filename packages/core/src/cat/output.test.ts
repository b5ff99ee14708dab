import { expect, test } from 'vitest';
import { watchOutput } from './output.ts';

test('a wait for the reader is no stall, and bytes count once they are given away', async () => {
  const pauses = new Set<number>();
  const activity = {
    ...{ stallMs: 1000, moved: () => undefined, explain: () => () => undefined },
    pause: () => {
      const pause = pauses.size + 1;
      pauses.add(pause);
      return () => void pauses.delete(pause);
    },
  };
  const seen: number[] = [];
  const output = watchOutput(
    {
      write: async (bytes) => {
        seen.push(pauses.size);
        if (bytes.length === 3) throw new Error('full');
        return bytes.length === 1;
      },
    },
    { activity },
  );
  expect(await output.write(Buffer.alloc(1))).toBe(true);
  expect(await output.write(Buffer.alloc(2))).toBe(false);
  await expect(output.write(Buffer.alloc(3))).rejects.toThrow('full');
  expect(seen).toEqual([1, 1, 1]);
  expect(pauses.size).toBe(0);
  expect(output.writtenBytes).toBe(6);
});
