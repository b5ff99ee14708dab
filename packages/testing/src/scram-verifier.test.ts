import { expect, test } from 'vitest';
import { scramVerifier } from './scram-verifier.ts';

test('a verifier has one iteration, a salt of its own, and two keys', () => {
  const [one, other] = [scramVerifier('pencil'), scramVerifier('pencil')];
  for (const verifier of [one, other])
    expect(verifier).toMatch(/^SCRAM-SHA-256\$1:[\w+/]{22}==\$[\w+/]{43}=:[\w+/]{43}=$/);
  expect(one).not.toBe(other);
});
