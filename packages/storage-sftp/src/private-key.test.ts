import { expect, test } from 'vitest';
import { ed25519Pair } from './key-pair.test-data.ts';
import { parsePrivateKey } from './private-key.ts';

const plain = ed25519Pair();
const locked = ed25519Pair('open');

test.each([
  ['as OpenSSH writes it', plain.private],
  ['with line ends as \\n', plain.private.trim().replaceAll('\n', '\\n')],
  ['with the line ends of Windows', plain.private.replaceAll('\n', '\r\n')],
  ['as Base64 of the file', Buffer.from(plain.private).toString('base64')],
])('a private key %s is read', (_, text) => {
  expect(parsePrivateKey(text).type).toBe('ssh-ed25519');
});

test('a passphrase opens a locked key', () => {
  expect(parsePrivateKey(locked.private, 'open').isPrivateKey()).toBe(true);
  expect(() => parsePrivateKey(locked.private)).toThrow(expect.objectContaining({ code: 'passphrase-missing' }));
  expect(() => parsePrivateKey(locked.private, 'CANARY')).toThrow(
    expect.objectContaining({ code: 'passphrase-wrong' }),
  );
});

test.each([
  ['a public key', plain.public],
  ['nonsense', 'CANARY'],
  ['a key of OpenPGP', '-----BEGIN PGP PRIVATE KEY BLOCK-----\nCANARY\n-----END PGP PRIVATE KEY BLOCK-----'],
])('%s is key-invalid and repeated nowhere', (_, text) => {
  try {
    parsePrivateKey(text);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ code: 'key-invalid' });
    expect((error as Error).cause).toBeUndefined();
    expect((error as Error).message).not.toContain('CANARY');
  }
});
