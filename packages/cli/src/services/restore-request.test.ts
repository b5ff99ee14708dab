import { expect, it } from 'vitest';
import { readRoleMap } from './restore-request.ts';

it('each pair names a role of the backup and one of this server', () => {
  expect([...readRoleMap(['old=new', 'a b=c=d'])]).toEqual([
    ['old', 'new'],
    ['a b', 'c=d'],
  ]);
});

it.each([[['old']], [['=new']], [['old=']], [['a=b', 'a=c']]])('%j is refused', (pairs) => {
  expect(() => readRoleMap(pairs)).toThrow(expect.objectContaining({ code: 'configuration-invalid' }));
});
