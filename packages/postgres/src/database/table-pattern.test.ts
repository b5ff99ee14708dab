import { describe, expect, it } from 'vitest';
import { exactPattern } from './table-pattern.ts';

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
