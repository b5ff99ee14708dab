import { expect, test } from 'vitest';
import { createOpenPgpCipher } from './cipher.ts';

/** A packet for a passphrase whose key takes so many passes over 2^m KiB (RFC 9580, 3.7.1.4), and some encrypted data. */
function message(passes: number, packets: number): Buffer {
  const derivation = Buffer.concat([
    Buffer.of(4, 9, 4),
    Buffer.alloc(16, 7),
    Buffer.of(passes, 1, 17),
    Buffer.alloc(33, 1),
  ]);
  const packet = Buffer.concat([Buffer.of(0xc3, derivation.length), derivation]);
  const data = Buffer.concat([Buffer.of(0xd2, 101, 1), Buffer.alloc(100, 5)]);
  return Buffer.concat([...Array.from({ length: packets }, () => packet), data]);
}

test.each([
  [255, 1],
  [16, 64],
])('a message whose key takes %i passes, %i times, is refused before the first', async (passes, packets) => {
  const cipher = await createOpenPgpCipher({ publicKeys: [], passphrase: 'x', now: 0 });
  await expect(cipher.decrypt(message(passes, packets), { maxBytes: 1000 })).rejects.toMatchObject({
    code: 'message-altered',
    message: expect.stringContaining('more time'),
  });
});
