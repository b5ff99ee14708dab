import { expect, test } from 'vitest';
import { masksOf } from './masks.ts';

const SECRET = 'pä ss/"w0rd+1';

test('a secret is masked as it is, URL-encoded, in Base64 and in JSON', () => {
  const masks = masksOf(SECRET);
  for (const form of [
    SECRET,
    encodeURIComponent(SECRET),
    Buffer.from(SECRET).toString('base64'),
    Buffer.from(SECRET).toString('base64url'),
    JSON.stringify(SECRET).slice(1, -1),
  ]) {
    expect(masks).toContain(form);
  }
});

test('the password inside a URL is masked by itself, encoded and not', () => {
  const masks = masksOf(`postgres://app:${encodeURIComponent(SECRET)}@db:5432/app`);
  expect(masks).toEqual(expect.arrayContaining([SECRET, encodeURIComponent(SECRET)]));
  expect(masksOf('postgresql:///app?password=geheim%21x&sslmode=require')).toContain('geheim!x');
});

test('of a key each line is masked, but not those that every key has', () => {
  const key =
    '-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlineOneOfTheKey\nlineTwoOfTheKey\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----';
  const masks = masksOf(key);
  expect(masks).toEqual(expect.arrayContaining(['lineOneOfTheKey', 'lineTwoOfTheKey', key]));
  expect(masks.filter((mask) => mask.startsWith('-----') && !mask.includes('line'))).toEqual([]);
});

test('a key in Base64 is masked as the text that it stands for, too', () => {
  const key = `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${'lineOfTheKey\n'.repeat(20)}`;
  expect(masksOf(Buffer.from(key).toString('base64'))).toEqual(expect.arrayContaining(['lineOfTheKey', key]));
});

test('a short secret is masked only as it is; the longest mask comes first; no mask is empty', () => {
  expect(masksOf('abc')).toEqual(['abc']);
  const lengths = masksOf(SECRET).map(({ length }) => length);
  expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
  expect(masksOf('\n')).not.toContain('');
});
