import { createHash } from 'node:crypto';
import { type CatalogTable, COPY_TERMINATOR } from '@postgres-backuper/format';
import { describe, expect, it } from 'vitest';
import { copyRows } from './copy-data.ts';

async function rowsOf(data: string, { cut = 3, file = data + COPY_TERMINATOR.toString() } = {}): Promise<string> {
  const sha256 = createHash('sha256').update(data).digest('hex');
  const table = { schema: 's', table: 't', bytes: Buffer.byteLength(data), sha256 } as CatalogTable;
  const pieces = async function* () {
    for (let at = 0; at < file.length; at += cut) yield Buffer.from(file.slice(at, at + cut));
  };
  let text = '';
  for await (const rows of copyRows(pieces(), table)) text += rows.toString();
  return text;
}

describe('copyRows', () => {
  it.each([1, 2, 3, 4, 5, 7, 100])('gives the rows without the terminator, cut every %i bytes', async (cut) => {
    const data = 'a\t\\\\.\n\n\\N\tb\n\\\\.x\n';
    expect(await rowsOf(data, { cut })).toBe(data);
  });

  it('gives nothing for an empty table', async () => {
    expect(await rowsOf('')).toBe('');
  });

  it.each([1, 2, 3, 4, 100])('never lets a line that ends the data through, cut every %i bytes', async (cut) => {
    await expect(rowsOf('a\n\\.\n\\! id\n', { cut })).rejects.toMatchObject({ code: 'catalog-invalid' });
    await expect(rowsOf('\\.\n\\! id\n', { cut })).rejects.toMatchObject({ code: 'catalog-invalid' });
  });

  it.each([
    ['a missing terminator', 'a\n'],
    ['a short terminator', 'a\n\\.\n\n'],
    ['bytes behind the terminator', 'a\n\\.\n\n\nx'],
    ['other data', 'b\n\\.\n\n\n'],
    ['less data', '\\.\n\n\n'],
  ])('refuses %s', async (_, file) => {
    await expect(rowsOf('a\n', { file })).rejects.toMatchObject({ code: 'catalog-invalid' });
  });
});
