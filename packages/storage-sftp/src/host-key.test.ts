import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { parseSftpUrl } from './address.ts';
import { fingerprintOf, parseHostKeys, typeOf } from './host-key.ts';

/** github.com's, whose fingerprint its documentation shows. */
const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl';
const FINGERPRINT = 'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU';
const OTHER = 'AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
const address = parseSftpUrl('sftp://u@nas.example:2222/a');

test('fingerprint and type are those of ssh-keygen', () => {
  expect(fingerprintOf(Buffer.from(KEY, 'base64'))).toBe(FINGERPRINT);
  expect(typeOf(Buffer.from(KEY, 'base64'))).toBe('ssh-ed25519');
  expect(typeOf(Buffer.from('nonsense'))).toBe('a key');
});

const hashed = () => {
  const salt = Buffer.from('a salt of 20 bytes..');
  const hash = createHmac('sha1', salt).update('[nas.example]:2222').digest('base64');
  return `|1|${salt.toString('base64')}|${hash} ssh-ed25519 ${KEY}`;
};

test.each([
  ['a fingerprint', FINGERPRINT],
  ['a public key', `ssh-ed25519 ${KEY} root@nas`],
  ['a line of known_hosts', `[nas.example]:2222 ssh-ed25519 ${KEY}`],
  ['a line of known_hosts with a hash for a name', hashed()],
  [
    'a file of known_hosts',
    `# nas\r\n[nas.example]:22 ssh-ed25519 ${OTHER}\n\n[NAS.example]:2222,x ssh-ed25519 ${KEY}\n`,
  ],
])('%s is a known key', (_, text) => {
  expect([...(parseHostKeys([text], address)?.fingerprints ?? [])]).toEqual([FINGERPRINT]);
});

test('a server without the port 22 of its own is named by its name alone', () => {
  const known = parseHostKeys([`nas.example ssh-ed25519 ${KEY}`], parseSftpUrl('sftp://u@nas.example/a'));
  expect(known?.types).toEqual(['ssh-ed25519']);
});

test('nothing given is nothing known', () => {
  expect(parseHostKeys([], address)).toBeUndefined();
  expect(parseHostKeys(['# only a remark\n'], address)).toBeUndefined();
});

test.each([
  ['lines of other hosts alone', `nas.example ssh-ed25519 ${KEY}`],
  ['an MD5 fingerprint', 'MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48'],
  ['a key that is broken off', 'ssh-ed25519 AAAAC3'],
  ['a key of another type than it says', `ssh-rsa ${KEY}`],
  ['a certificate authority', `@cert-authority *.example ssh-ed25519 ${KEY}`],
])('%s: configuration-invalid', (_, text) => {
  expect(() => parseHostKeys([text], address)).toThrow(expect.objectContaining({ code: 'configuration-invalid' }));
});
