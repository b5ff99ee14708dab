import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const FOLDER = join(import.meta.dirname, '../test/restore/cases');

/** `| [FILE](…) | what it shows | [NAME](TEST) |` */
const ROW = /^\| \[([^\]]+)\]\([^)]+\) \| [^|]+ \| \[[^\]]+\]\(([^)]+)\) \|$/gm;

test('every case is in the list, with a test that runs it', async () => {
  const rows = [...(await readFile(join(FOLDER, 'README.md'), 'utf8')).matchAll(ROW)];
  const files = (await readdir(FOLDER)).filter((name) => name !== 'README.md');
  expect(rows.map(([, file]) => file)).toEqual(files.sort());
  for (const [, file = '', path = ''] of rows) {
    expect(await readFile(join(FOLDER, path), 'utf8'), `${path} names ${file}`).toContain(file);
  }
});
