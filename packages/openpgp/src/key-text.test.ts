import { readKey } from 'openpgp';
import { beforeAll, expect, it } from 'vitest';
import { generateKeyPair, type KeyPair } from './key-pair.ts';
import { splitKeyText } from './key-text.ts';

let pair: KeyPair;
beforeAll(async () => {
  pair = await generateKeyPair({ passphrase: 'x', now: Date.UTC(2026, 0, 2) });
});

const HEADERS = 'Version: GnuPG v2\nComment: the key 0123456789ABCDEF0123456789ABCDEF01234567 of ops\n';
const withHeaders = (key: string) => key.replace('BLOCK-----\n', `BLOCK-----\n${HEADERS}`);
const lineEndsAs = (end: string) => (key: string) => key.replaceAll(/\r?\n/g, end);
const base64 = (key: string) => Buffer.from(key).toString('base64');
const wrapped = (end: string) => (key: string) => base64(key).replaceAll(/.{76}/g, (line) => line + end);

it.each<[string, (key: string) => string]>([
  ['as it is', (key) => key],
  ['with \\r\\n', lineEndsAs('\r\n')],
  ['with blanks for line ends', lineEndsAs(' ')],
  ['with the two characters \\n for line ends', lineEndsAs('\\n')],
  ['with the characters \\r\\n for line ends', lineEndsAs('\\r\\n')],
  ['without line ends', lineEndsAs('')],
  ['without empty lines', (key) => key.replaceAll('\n\n', '\n')],
  ['with single blanks only', (key) => key.replaceAll(/\s+/g, ' ')],
  ['indented', (key) => key.replaceAll(/^/gm, '    ')],
  ['with a blank behind each line', (key) => key.replaceAll('\n', ' \n')],
  ['quoted', (key) => `'${lineEndsAs('\\n')(key)}'`],
  ['on one line with headers', (key) => lineEndsAs(' ')(withHeaders(key))],
  ['with single blanks and headers', (key) => withHeaders(key).replaceAll(/\s+/g, ' ')],
  ['without empty lines, with headers', (key) => withHeaders(key).replaceAll('\n\n', '\n')],
  ['with headers', withHeaders],
  ['without its checksum', (key) => key.replace(/\n=[A-Za-z0-9+/]{4}\n/, '\n')],
  ['in Base64', base64],
  ['in Base64, wrapped', wrapped('\n')],
  ['in Base64, wrapped with the two characters \\n', wrapped('\\n')],
  ['in Base64, wrapped with blanks', wrapped(' ')],
  ['in UTF-16, as PowerShell writes it', (key) => Buffer.from(`\uFEFF${key}`, 'utf16le').toString('base64')],
])('a key %s is read', async (_, change) => {
  for (const key of [pair.publicKey, pair.privateKey]) {
    const text = change(key.replaceAll('\r\n', '\n'));
    const [block, ...more] = splitKeyText(text);
    expect(more).toEqual([]);
    const read = await readKey({ armoredKey: block?.armored ?? '' });
    expect(read.getFingerprint().toUpperCase()).toBe(pair.fingerprint);
    expect(read.isPrivate()).toBe(key === pair.privateKey);
  }
});

it('several keys on one line are all found', () => {
  const line = `${pair.publicKey}${pair.privateKey}`.replaceAll(/\s+/g, ' ');
  expect(splitKeyText(line)).toHaveLength(2);
});

it('what has lost more than its line ends stays as it is', () => {
  const torn = pair.publicKey.replace(/[A-Za-z0-9+/]{30}/, '????');
  expect(splitKeyText(torn)[0]?.armored).toContain('????');
});
