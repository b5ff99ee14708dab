import { describe, expect, it } from 'vitest';
import { decodeText } from './decode-text.ts';

describe('decodeText', () => {
  it.each([
    ['UTF8', '72c3b6', 'rö'],
    ['LATIN1', '72f6', 'rö'],
    ['LATIN1', '72c3b6', 'rÃ¶'],
    ['EUC_JP', 'a5ed', 'ロ'],
    ['SJIS', '838d', 'ロ'],
    ['WIN1251', 'f0ee', 'ро'],
    ['KOI8R', 'd2cf', 'ро'],
    ['GB18030', '8130d330', 'ђ'],
  ])('reads %s', (encoding, hex, text) => {
    expect(decodeText(Buffer.from(hex, 'hex'), encoding)).toBe(text);
  });

  it.each(['UTF8', 'SQL_ASCII', 'MULE_INTERNAL', 'EUC_JP'])('shows bytes that are no %s one by one', (encoding) => {
    expect(decodeText(Buffer.from('72f6ff', 'hex'), encoding)).toBe('röÿ');
  });
});
