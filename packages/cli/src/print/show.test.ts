import { expect, test } from 'vitest';
import { showText } from './show.ts';
import { WHOLE } from './whole-results.test-data.ts';

const [table] = WHOLE.show.tables;
const tables = Array.from({ length: 60 }, (_, index) => ({ ...table, table: `t${index}` })) as typeof WHOLE.show.tables;
const shown = (text: string): number => (text.match(/^public\.t\d+ /gm) ?? []).length;

test('of many tables the largest are listed, and all that were asked for', () => {
  const some = showText({ ...WHOLE.show, tables }, { colours: false, all: false });
  expect(shown(some)).toBe(50);
  expect(some).toMatch(/\n… and 10 smaller tables: .*\n$/);
  const all = showText({ ...WHOLE.show, tables }, { colours: false, all: true });
  expect(shown(all)).toBe(60);
  expect(all).not.toContain('smaller');
});

test('names keep a terminal as it is', () => {
  const text = showText(
    {
      ...WHOLE.show,
      tables: [{ ...tables[0], table: 'a\x1b[31m\nb\udce9' }] as typeof tables,
      exclusions: ['\x1b]0;x'],
    },
    { colours: false, all: true },
  );
  expect(text).toContain('public.a\\x1b[31m\\nb\\xe9');
  expect(text).not.toContain('\x1b');
});
