import { createHash } from 'node:crypto';
import { type CatalogTable, COPY_TERMINATOR } from '@postgres-backuper/format';
import { describe, expect, it } from 'vitest';
import { copyRows, copySlice } from './copy-data.ts';

async function rowsOf(
  data: string,
  { cut = 3, file = data + COPY_TERMINATOR.toString(), slices }: { cut?: number; file?: string; slices?: unknown } = {},
): Promise<string> {
  const sha256 = createHash('sha256').update(data).digest('hex');
  const digest = slices === undefined ? { sha256 } : { slices };
  const table = { schema: 's', table: 't', bytes: Buffer.byteLength(data), ...digest } as CatalogTable;
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

  it.each([1, 3, 4, 100])('compares each slice, cut every %i bytes', async (cut) => {
    const [first, last] = ['a\nb\n', 'c\n'];
    const slices = [first, last].map((rows) => ({
      ...{ rows: 1, bytes: rows.length },
      sha256: createHash('sha256').update(rows).digest('hex'),
    }));
    const other = { ...slices[0], sha256: slices[1]?.sha256 };
    const data = first + last;
    expect(await rowsOf(data, { cut, slices })).toBe(data);
    await expect(rowsOf(data, { cut, slices: [other, slices[1]] })).rejects.toMatchObject({ code: 'catalog-invalid' });
    await expect(rowsOf(last + first, { cut, slices })).rejects.toMatchObject({ code: 'catalog-invalid' });
    await expect(rowsOf(data, { cut, slices: slices.slice(0, 1) })).rejects.toMatchObject({ code: 'catalog-invalid' });
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

describe('copySlice', () => {
  const slices = ['a\nb\n', '', 'c\n'].map((rows) => ({
    ...{ text: rows, rows: 1, bytes: rows.length },
    sha256: createHash('sha256').update(rows).digest('hex'),
  }));
  const table = { schema: 's', table: 't', bytes: 6, slices } as unknown as CatalogTable;
  const read = async (number: number, file: string): Promise<string> => {
    const pieces = async function* () {
      for (const one of file) yield Buffer.from(one);
    };
    let text = '';
    for await (const rows of copySlice(pieces(), table, number)) text += rows.toString();
    return text;
  };
  const end = COPY_TERMINATOR.toString();

  it('gives the rows of one slice; the last one ends with the terminator', async () => {
    for (const [index, { text }] of slices.entries())
      expect(await read(index + 1, index === 2 ? text + end : text)).toBe(text);
  });

  it.each([
    ['another slice', 1, 'c\n'],
    ['a longer one', 1, 'a\nb\nc\n'],
    ['a shorter one', 1, 'a\n'],
    ['a terminator in the midst', 1, `a\nb\n${end}`],
    ['the last one without terminator', 3, 'c\n'],
  ])('refuses %s', async (_, number, file) => {
    await expect(read(number, file)).rejects.toMatchObject({ code: 'catalog-invalid' });
  });

  it('refuses one that the table has not', () => {
    expect(() => copySlice((async function* () {})(), table, 4)).toThrow(/not what was backed up/);
  });
});
