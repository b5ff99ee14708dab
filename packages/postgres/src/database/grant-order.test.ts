import { describe, expect, it } from 'vitest';
import { type Grant, grantDifferences, grantOrder } from './grant-order.ts';

const grant = (grantor: string, grantee: string, grantable = false): Grant => ({
  ...{ grantor, grantee, privilege: 'TEMPORARY', grantable },
});

describe('grantOrder', () => {
  it('puts each grant behind the one that allows it', () => {
    const [byC, byB, byOwner] = [grant('c', 'd'), grant('b', 'c', true), grant('owner', 'b', true)];
    expect(grantOrder([byC, byB, byOwner], 'owner')).toEqual([byOwner, byB, byC]);
  });

  it('takes no privilege for another, and no plain grant for one with the option', () => {
    const other: Grant = { ...grant('owner', 'b', true), privilege: 'CONNECT' };
    const [lost, plain] = [grant('b', 'c'), grant('owner', 'b')];
    expect(grantOrder([lost, other, plain], 'owner')).toEqual([other, plain, lost]);
  });

  it('keeps what nothing allows', () => {
    const circle = [grant('a', 'b', true), grant('b', 'a', true)];
    expect(grantOrder(circle, 'owner')).toEqual(circle);
  });
});

describe('grantDifferences', () => {
  it('names what is missing and what is too much', () => {
    expect(grantDifferences([grant('o', 'a', true)], [grant('o', '')])).toEqual([
      "TEMPORARY to 'a' with grant option by 'o' is missing",
      "TEMPORARY to PUBLIC by 'o' is too much",
    ]);
    expect(grantDifferences([grant('o', 'a')], [grant('o', 'a')])).toEqual([]);
  });
});
