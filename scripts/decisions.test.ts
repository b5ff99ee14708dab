import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../docs/decisions');
const ROW =
  /^\| \[(?<name>[\w-]+)\]\((?<file>[\w-]+\.md)\) \| (?<decision>.+) \| (?<date>\d{4}-\d\d-\d\d) \| (?<state>.+) \|$/;

test('the index of decisions has each record once, in the order of their names', async () => {
  const rows = await readRows();
  const records = (await readdir(folder)).filter((name) => name !== 'README.md').sort();
  expect(rows.map(({ file }) => file).sort()).toEqual(records);
  expect(rows.map(({ name }) => name)).toEqual(rows.map(({ name }) => name).sort());
  for (const { name, file, state } of rows) {
    expect(file).toBe(`${name}.md`);
    expect(state).toMatch(/^(in force|replaced (in part )?by \[)/);
  }
});

test('a replaced record says by which', async () => {
  for (const { file = '', state = '' } of await readRows()) {
    const [, by] = /^replaced .*\(([\w-]+\.md)\)$/.exec(state) ?? [];
    if (by !== undefined)
      expect(await readFile(join(folder, file), 'utf8'), file).toMatch(new RegExp(`Replaced.*\\(${by}\\)`));
  }
});

async function readRows(): Promise<readonly Record<string, string>[]> {
  const lines = (await readFile(join(folder, 'README.md'), 'utf8'))
    .split('\n')
    .filter((line) => line.startsWith('| ['));
  return lines.map((line) => ROW.exec(line)?.groups ?? { file: `not a row: ${line}` });
}
