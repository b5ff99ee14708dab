import { utils } from 'ssh2';

/**
 * A key pair of Ed25519. ssh2 leaves a leading zero byte out of about 1 in 256 that it makes: ssh-keygen does not read
 * those either, so they are made again.
 */
export function ed25519Pair(passphrase?: string): { private: string; public: string } {
  const pair =
    passphrase === undefined
      ? utils.generateKeyPairSync('ed25519')
      : utils.generateKeyPairSync('ed25519', { passphrase, cipher: 'aes256-ctr', rounds: 4 });
  return utils.parseKey(pair.private, passphrase) instanceof Error ? ed25519Pair(passphrase) : pair;
}
