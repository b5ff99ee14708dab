import type { Event } from '@postgres-backuper/base';
import { testClock } from '@postgres-backuper/testing/repository-data';
import { expect, it } from 'vitest';
import { createMeter } from './script-source.ts';

it('ends a long reading when it is cancelled', async () => {
  const cancel = new AbortController();
  const events: Event[] = [];
  const emit = (event: Event) => void events.push(event);
  const meter = createMeter({ emit, clock: testClock(), signal: cancel.signal });
  const source = {
    name: 'f',
    kind: 'text' as const,
    async *read() {
      for (;;) yield Buffer.from('SELECT 1;');
    },
  };
  let count = 0;
  const reading = (async () => {
    for await (const _ of meter.read(source)) {
      count += 1;
      if (count === 3) cancel.abort(new Error('cancelled'));
    }
  })();
  await expect(reading).rejects.toThrow('cancelled');
  expect([count, meter.bytes()]).toEqual([3, 27]);
});
