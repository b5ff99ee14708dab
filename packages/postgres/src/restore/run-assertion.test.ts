import { expect, test } from 'vitest';
import { statementsOf } from './run-assertion.ts';

test('a file is split at semicolons outside of strings, comments and parentheses', () => {
  const text = '\ufeffSELECT \';\' AS a; -- one; two\n\n/* ; */ SELECT $$;$$,\n (SELECT 1);;\nSELECT "a;b" -- end';
  expect(statementsOf(text)).toEqual([
    { text: "SELECT ';' AS a", line: 1 },
    { text: 'SELECT $$;$$,\n (SELECT 1)', line: 3 },
    { text: 'SELECT "a;b"', line: 5 },
  ]);
  expect(statementsOf(' -- nothing\n;')).toEqual([]);
});
