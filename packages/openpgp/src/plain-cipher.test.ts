import { expect, it } from 'vitest';
import { createPlainCipher } from './plain-cipher.ts';

it('the plain cipher changes nothing, within the bound', async () => {
  const cipher = createPlainCipher();
  const bytes = Buffer.from('select 1');
  expect(cipher.recipients).toEqual([]);
  expect(await cipher.decrypt(await cipher.encrypt(bytes), { maxBytes: 8 })).toBe(bytes);
  await expect(cipher.decrypt(bytes, { maxBytes: 7 })).rejects.toMatchObject({ code: 'message-altered' });
});
