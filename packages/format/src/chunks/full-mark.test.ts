import { expect, test } from 'vitest';
import { deriveChunkKeys } from './chunk-keys.ts';
import { type FullMark, readMark, writeMark } from './full-mark.ts';

const KEYS = deriveChunkKeys(Buffer.alloc(32, 7));
const TO = { key: KEYS.mark, set: 'app/full/1' };
const HASH = 'a'.repeat(64);
const MARK: FullMark = {
  version: 1,
  server: {
    ...{ startedAt: '1764388800000000', version: 'PostgreSQL 18.6', systemIdentifier: '7', timeline: 1 },
    ...{ database: '5', encoding: 'UTF8', byteaOutput: 'hex' },
  },
  history: { xids: ['1000', '1001'], bits: '01' },
  start: '0/DA40FC8',
  tables: [
    {
      ...{ oid: '16384', filenode: '16385', toastFilenode: '0', definition: HASH, statement: HASH },
      ...{ rows: 2, bytes: 20, sha256: HASH },
      file: { sizeBytes: 25, sha256: HASH, extents: [[0, 512, 25]] },
    },
  ],
};

test('a mark is read as it was written', async () => {
  expect(await readMark(writeMark(MARK, TO), TO)).toEqual(MARK);
});

test('a mark that was altered or cut, of another set, secret or form is refused', async () => {
  const bytes = writeMark(MARK, TO);
  for (let at = 0; at < bytes.length; at += 7) {
    const altered = Buffer.from(bytes);
    altered[at] = (altered[at] as number) ^ 1;
    await expect(readMark(altered, TO)).rejects.toThrow();
  }
  await expect(readMark(bytes.subarray(0, -1), TO)).rejects.toThrow('altered or cut');
  await expect(readMark(bytes.subarray(0, 20), TO)).rejects.toThrow('shorter than its header');
  await expect(readMark(bytes, { ...TO, set: 'app/full/2' })).rejects.toThrow('altered or cut');
  const other = deriveChunkKeys(Buffer.alloc(32, 8)).mark;
  await expect(readMark(bytes, { ...TO, key: other })).rejects.toThrow('altered or cut');
  await expect(readMark(bytes, { ...TO, key: KEYS.index })).rejects.toThrow('altered or cut');
  const wrong = writeMark({ ...MARK, start: 'x' }, TO);
  await expect(readMark(wrong, TO)).rejects.toThrow("'start'");
});
