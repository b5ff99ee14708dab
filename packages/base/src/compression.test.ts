import { expect, test } from 'vitest';
import { compressionName, parseCompression } from './compression.ts';

test.each(['zstd:1', 'zstd:9', 'zstd:19', 'auto'])('%s is read, and named as it is written', (text) => {
  const compression = parseCompression(text);
  expect(compression).toEqual(text === 'auto' ? 'auto' : { level: Number(text.slice(5)) });
  expect(compression && compressionName(compression)).toBe(text);
});

test.each([
  '',
  'zstd',
  'zstd:',
  'zstd:0',
  'zstd:20',
  'zstd:99',
  'zstd:-1',
  'zstd:1.5',
  'zstd:auto',
  'gzip',
  'gzip:9',
  '9',
  'AUTO',
  'zstd:3 ',
])("'%s' is none", (text) => expect(parseCompression(text)).toBeUndefined());
