import { describe, expect, it } from 'vitest';
import { exactPattern, exactPatterns } from './table-pattern.ts';

describe('the pattern of a table', () => {
  it('is quoted, so that nothing in it is special', () => {
    expect(exactPattern({ schema: 'public', table: 'a.*?"$' }, 'UTF8')).toBe('"public"."a.*?""$"');
  });

  it('is not given where the name would have to be in another encoding', () => {
    expect(exactPattern({ schema: 'public', table: 'größe' }, 'UTF8')).toBe('"public"."größe"');
    expect(exactPattern({ schema: 'public', table: 'größe' }, 'LATIN1')).toBeUndefined();
    expect(exactPattern({ schema: 'public', table: 'size' }, 'LATIN1')).toBe('"public"."size"');
  });
});

it('matches several tables by few patterns, and names those that no argument can name', () => {
  const many = Array.from({ length: 201 }, (_, index) => ({ schema: 'Old', name: `t"${index}` }));
  const { patterns, unportable } = exactPatterns([...many, { schema: 'public', name: 'é' }], 'LATIN1');
  expect(patterns).toHaveLength(2);
  expect(patterns[0]).toMatch(/^"Old"\.\("t""0"\|"t""1"\|.*"\)$/);
  expect(patterns[1]).toBe('"Old".("t""200")');
  expect(unportable).toEqual([{ schema: 'public', name: 'é' }]);
});
