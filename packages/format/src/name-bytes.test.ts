import { expect, it } from 'vitest';
import { bytesOfText, holdsBytes, textOfBytes } from './name-bytes.ts';

it.each([
  ['plain', '706c61696e', 'plain'],
  ['UTF-8 of one to four bytes', '61c3a9e6bca2f09f9098', 'aé漢🐘'],
  ['a replacement character', 'efbfbd', '\ufffd'],
  ['bytes that are no UTF-8', '61e9ff62', 'a\udce9\udcffb'],
  ['both', 'efbfbde9c3a9', '\ufffd\udce9é'],
  ['a cut character at the end', 'c3a9e6bc', 'é\udce6\udcbc'],
  ['surrogates encoded as UTF-8, which is none', 'edb3a9', '\udced\udcb3\udca9'],
  ['a character whose last half looks like a byte', 'f0908080', '𐀀'],
])('%s', (_, hex, text) => {
  expect(textOfBytes(Buffer.from(hex, 'hex'))).toBe(text);
  expect(bytesOfText(text).toString('hex')).toBe(hex);
  expect(holdsBytes(text)).toBe(/\\udc/.test(JSON.stringify(text)));
  expect(JSON.parse(JSON.stringify(text))).toBe(text);
});

it('keeps any bytes', () => {
  const all = Buffer.from(Array.from({ length: 65_536 * 2 }, (_, at) => (at * 7919 + (at >> 8)) & 0xff));
  expect(bytesOfText(textOfBytes(all)).equals(all)).toBe(true);
});
