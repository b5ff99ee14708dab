import { expect, it } from 'vitest';
import { parseNamePattern } from './name-pattern.ts';

it.each([
  ['Session', undefined, '^(session)$'],
  ['"Session"', undefined, '^(Session)$'],
  ['Sales.Log_*', '^(sales)$', '^(log_.*)$'],
  ['"a.b"."c""d*"', '^(a\\.b)$', '^(c"d\\*)$'],
  ['db.s?.t$1', '^(s.)$', '^(t\\$1)$'],
  ['(a|b)[0-9]', undefined, '^((a|b)[0-9])$'],
  ['x[]', undefined, '^(x\\[])$'],
  ['"x$"', undefined, '^(x\\$)$'],
  ['ÄB', undefined, '^(Äb)$'],
])('%s means schema %s, name %s', (pattern, schema, name) => {
  expect(parseNamePattern(pattern)).toEqual({ schema, name });
});
