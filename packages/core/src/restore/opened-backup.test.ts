import { BackuperError } from '@postgres-backuper/base';
import type { Commit } from '@postgres-backuper/format';
import type { Repository } from '@postgres-backuper/repository';
import { describe, expect, it } from 'vitest';
import { requireKey } from './opened-backup.ts';

const commitOf = (profile: 'openpgp' | 'none') =>
  ({
    label: 'backup_20260101_000000_abcdef',
    encryption: { profile, recipients: ['AB'], passphrase: false },
  }) as unknown as Commit;
const keysOf = (keys: object) =>
  ({ cipher: { canDecrypt: false }, encryption: 'openpgp', ...keys }) as unknown as Repository;

describe('requireKey', () => {
  it('refuses an unencrypted backup where encryption is expected: anybody could have planted it', () => {
    expect(() => requireKey(commitOf('none'), keysOf({ cipher: { canDecrypt: true } }))).toThrow(
      'neither encrypted nor of a known signer',
    );
  });

  it.each([{ encryption: 'none' }, { trusted: {} }])('takes it with %o', (keys) => {
    expect(() => requireKey(commitOf('none'), keysOf(keys))).not.toThrow();
  });

  it('asks for the private key by its fingerprint', () => {
    expect(() => requireKey(commitOf('openpgp'), keysOf({}))).toThrow("the private key 'AB' is needed");
    expect(() => requireKey(commitOf('openpgp'), keysOf({ cipher: { canDecrypt: true } }))).not.toThrow();
  });

  it('says why the private key at hand cannot be used', () => {
    const cannotDecrypt = new BackuperError('passphrase-missing', 'the private key is locked');
    const cipher = { canDecrypt: false, cannotDecrypt };
    expect(() => requireKey(commitOf('openpgp'), keysOf({ cipher }))).toThrow(cannotDecrypt);
  });
});
