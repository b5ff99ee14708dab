import { chunkId } from '@postgres-backuper/format';
import { Secret } from '@postgres-backuper/options';
import { expect, test } from 'vitest';
import { lacksSecret, parseDedupSecret, setRequest } from './set-request.ts';

const BYTES = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7));
const BASE = {
  ...{ incremental: true, fullEvery: 1000, lastFullBackup: undefined },
  ...{ dedupSecret: undefined, passphrase: undefined },
} as const;
const OPENPGP = { ...BASE, encryption: 'openpgp' } as const;

async function idWith(settings: Parameters<typeof setRequest>[0], name = 'app'): Promise<string | undefined> {
  const set = await setRequest(settings, name);
  return set === undefined ? undefined : chunkId([Buffer.from('x')], set.keys).toString('hex');
}

test('a secret is 32 bytes in base64 or hexadecimal digits', () => {
  expect(parseDedupSecret(BYTES.toString('base64'))).toEqual(BYTES);
  expect(parseDedupSecret(`${BYTES.toString('hex').toUpperCase()}\n`)).toEqual(BYTES);
});

test.each(['', 'SEKRET', BYTES.subarray(1).toString('base64'), `${BYTES.toString('hex')}00`])(
  'a secret of another form makes no set, and is not shown: %s',
  async (text) => {
    const settings = { ...OPENPGP, dedupSecret: new Secret(text) };
    expect(parseDedupSecret(text)).toBeUndefined();
    expect(await idWith(settings)).toBeUndefined();
    for (const incremental of [true, false]) {
      const why = lacksSecret({ ...settings, incremental }) ?? '';
      expect(why).toMatch(/dedup.*is not 32 bytes/i);
      if (text !== '') expect(why).not.toContain(text);
    }
  },
);

test('without a secret there is no set, unless a passphrase makes one or nothing is encrypted', async () => {
  const passphrase = new Secret('one');
  expect(await idWith(OPENPGP)).toBeUndefined();
  expect(await idWith({ ...OPENPGP, dedupSecret: new Secret(BYTES.toString('hex')) })).toBeDefined();
  expect(await idWith({ ...OPENPGP, passphrase })).toBeDefined();
  expect(await idWith({ ...BASE, encryption: 'none' })).toBeDefined();
  expect(await idWith({ ...OPENPGP, incremental: false, passphrase })).toBeUndefined();
  expect(await idWith({ ...BASE, incremental: false, encryption: 'none' })).toBeUndefined();
});

test('another passphrase makes other keys, whatever secret is given', async () => {
  const dedupSecret = new Secret(BYTES.toString('hex'));
  const ids = await Promise.all(
    ['one', 'two'].map((text) => idWith({ ...OPENPGP, dedupSecret, passphrase: new Secret(text) })),
  );
  expect(new Set(ids).size).toBe(2);
  expect(await idWith({ ...OPENPGP, passphrase: new Secret('one') }, 'other')).not.toBe(ids[0]);
});

test('a last full backup is a time that a set may not be older than, and what is no time makes fulls', async () => {
  const made = (lastFullBackup: string | undefined) =>
    setRequest({ ...BASE, encryption: 'none', lastFullBackup }, 'app');
  expect(await made(undefined)).toMatchObject({ fullSince: undefined, whyFull: undefined });
  expect(await made('2024-03-15')).toMatchObject({ fullSince: Date.UTC(2024, 2, 15), whyFull: undefined });
  expect(await made('yesterday')).toMatchObject({
    fullSince: undefined,
    whyFull: expect.stringContaining('is neither a time'),
  });
});

test('what is missing is said where a differential is asked for, and a bad secret always', () => {
  const bad = new Secret('short');
  expect(lacksSecret(OPENPGP)).toContain('openssl rand -base64 32');
  expect(lacksSecret({ ...OPENPGP, incremental: false })).toBeUndefined();
  expect(lacksSecret({ ...OPENPGP, dedupSecret: new Secret(BYTES.toString('hex')) })).toBeUndefined();
  expect(lacksSecret({ ...OPENPGP, passphrase: bad })).toBeUndefined();
  expect(lacksSecret({ ...BASE, encryption: 'none' })).toBeUndefined();
  expect(lacksSecret({ ...OPENPGP, incremental: false, dedupSecret: bad })).toContain('is not 32 bytes');
});
