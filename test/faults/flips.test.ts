import { BackuperError } from '@postgres-backuper/base';
import { verify } from '@postgres-backuper/core';
import { expect, test } from 'vitest';
import { ONCE, report } from './form.ts';
import { openGolden, silent } from './golden-set.ts';

/** A small backup, not encrypted and not signed: nothing but our own sums protects it. */
const { objects, repositoryOf } = await openGolden('none');
const NAME = 'golden_none';

/** Verifies the content of the backup where one object has other bytes; undefined: nothing was found. */
async function found(changed: string, body: Buffer): Promise<unknown> {
  const repository = await repositoryOf(new Map(objects).set(changed, body));
  return verify({ name: NAME, target: { all: true }, level: 'content' }, { repository }, silent).then(
    () => undefined,
    (error: unknown) => error,
  );
}

test('the backup is good', async () => {
  const [key = '', body] = [...objects][0] ?? [];
  expect(await found(key, Buffer.from(body ?? ''))).toBeUndefined();
});

/** Of the large object every 7th bit, which meets each bit of a byte; of the others each bit. */
test.each([...objects.keys()])('each flipped bit of %s is found, with status 3', ONCE, async (key) => {
  const good = objects.get(key) as Buffer;
  const step = key.includes('segment-') ? 7 : 1;
  const missed: number[] = [];
  let tried = 0;
  for (let bit = 0; bit < good.length * 8; bit += step) {
    const bad = Buffer.from(good);
    bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit & 7));
    const error = await found(key, bad);
    if (!(error instanceof BackuperError) || error.exitStatus !== 3) missed.push(bit);
    tried += 1;
  }
  await report({ kind: 'flips', what: 'verify', tried, violations: missed.length });
  expect(missed).toEqual([]);
});
