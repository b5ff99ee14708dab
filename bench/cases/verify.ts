import type { BenchCase, Group } from './case.ts';

function verify(cores: 1 | 2): BenchCase {
  return {
    name: `verify-${cores}`,
    title: `ours, \`verify --level content\`, on ${cores === 1 ? 'one core' : 'two cores'}`,
    prepare: 'test -e "$WORK/repository" || backuper backup --repository "$WORK/repository"',
    run: `taskset -c 0-${cores - 1} "$NODE" "$PROGRAM" verify --repository "$WORK/repository" --name "$PGDATABASE" --level content`,
    check: 'true',
  };
}

/** Decryption, decompression and every hash; the database server does nothing. */
export const VERIFY: Group = {
  name: 'verify',
  title: 'Verification of the content',
  text: 'Every object of an encrypted backup on the disk is read, decrypted, decompressed, and every hash is compared.',
  reference: 'gpg-zstd-read',
  referenceTitle: '`gpg --decrypt | zstd -d`',
  database: { kind: 'rows' },
  cases: [
    {
      name: 'gpg-zstd-read',
      title: '`gpg --decrypt | zstd -d`, without a hash',
      needs: ['gpg'],
      prepare: 'pg_dump | zstd -1 -q | gpg_encrypt -z0 --output "$WORK/dump.gpg"',
      run: 'gpg_decrypt "$WORK/dump.gpg" | zstd -d -q > /dev/null',
      check: 'true',
    },
    verify(1),
    verify(2),
  ],
};
